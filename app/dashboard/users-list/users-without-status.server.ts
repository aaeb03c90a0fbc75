import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOne, queryRows } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";

/** The columns of `User` that conditions and sorts use. */
export const USER_COLUMNS = sql`u."id", u."email", u."name", u."plan"`;

/**
 * Users without a sync status as of a moment ago: these ids, and perhaps users that signed up after `seenFrom`. Null when it
 * is not known or there are too many: then every user may be one.
 */
export type UsersWithoutStatus = { ids: string[]; seenFrom: Date } | null;

const MAX_IDS = 500;
const REFRESH_AFTER_MS = 15_000;
/** A transaction that is still open may have a `createdAt` this old, and its user becomes visible later. */
const OPEN_TRANSACTION = sql`interval '5 minutes'`;
/** With fewer users nothing is remembered, and every query looks at all users. */
export const LARGE_FROM = 50_000;

/**
 * Remembers which users have no sync status. To find three of a million takes PostgreSQL half a second, and nearly every
 * page of the list needs them. No request waits: one that finds the answer old starts a refresh and uses the old answer.
 */
export function createUsersWithoutStatusCache(db: Database, largeFrom = LARGE_FROM) {
  let known: UsersWithoutStatus = null;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | null = null;

  async function refresh(): Promise<void> {
    try {
      known = await findUsersWithoutStatus(db, largeFrom);
      refreshedAt = performance.now();
    } catch {
      known = null; // every query looks at all users until the database answers again
    } finally {
      refreshing = null;
    }
  }

  return {
    getLatest(): UsersWithoutStatus {
      if (performance.now() - refreshedAt > REFRESH_AFTER_MS) refreshing ??= refresh();
      return known;
    },
    /** Resolves when the refresh that `getLatest` started has ended. */
    waitForRefresh: () => refreshing ?? Promise.resolve(),
  };
}

const sizeRow = z.object({ rows: z.number(), seenFrom: z.date() });
const idRow = z.object({ id: z.string() });

async function findUsersWithoutStatus(db: Database, largeFrom: number): Promise<UsersWithoutStatus> {
  const size = await queryOne(
    db,
    sizeRow,
    sql`SELECT reltuples::float8 AS "rows", now() - ${OPEN_TRANSACTION} AS "seenFrom"
    FROM pg_class WHERE oid = 'parity."SyncStatus"'::regclass`,
  );
  if (!size || size.rows < largeFrom) return null;
  const rows = await queryRows(
    db,
    idRow,
    sql`SELECT u."id" FROM parity."User" u WHERE NOT EXISTS (SELECT 1 FROM parity."SyncStatus" s WHERE s."userId" = u."id")
    LIMIT ${MAX_IDS + 1}::int`,
  );
  return rows.length > MAX_IDS ? null : { ids: rows.map(({ id }) => id), seenFrom: size.seenFrom };
}

/** That `u` has no sync status. */
export const HAS_NO_STATUS = sql`NOT EXISTS (SELECT 1 FROM parity."SyncStatus" s WHERE s."userId" = u."id")`;

/** Checks the remembered users again, and those that signed up since. */
export const selectUsersWithoutStatus = ({ ids, seenFrom }: NonNullable<UsersWithoutStatus>): Sql =>
  sql`SELECT ${USER_COLUMNS} FROM parity."User" u
    WHERE (u."id" = ANY(${ids}::text[]) OR u."createdAt" >= ${seenFrom}) AND ${HAS_NO_STATUS}`;
