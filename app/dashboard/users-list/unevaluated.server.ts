import type { Database } from "~/platform/client.server";
import { type Sql, sql } from "~/platform/sql.server";

/**
 * Who has no Standing, as looked up a moment ago: these, and perhaps some who signed up since `seenFrom`. Null when that
 * is not known, or when they are too many to name: then every user may be one.
 */
export type Unevaluated = { ids: string[]; seenFrom: Date } | null;

const MOST_NAMED = 500;
const LOOK_AGAIN_MS = 15_000;
/** A user's row may become visible this long after its `createdAt`: its transaction was open meanwhile. */
const OPEN_TRANSACTION = sql`interval '5 minutes'`;
/** With so few users everything is asked exactly. */
export const LARGE_FROM = 50_000;

/**
 * Remembers who has no Standing: to find the three of a million that have none takes PostgreSQL half a second, and nearly
 * every page of a list asks. Nobody waits for it: it is looked up beside the request that finds it old.
 */
export function createUnevaluated(db: Database, largeFrom = LARGE_FROM) {
  let known: Unevaluated = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    try {
      known = await lookUp(db, largeFrom);
      lookedAt = performance.now();
    } catch {
      known = null; // asked exactly until the database answers again
    } finally {
      looking = null;
    }
  }

  return {
    last(): Unevaluated {
      if (performance.now() - lookedAt > LOOK_AGAIN_MS) looking ??= look();
      return known;
    },
    /** Until what `last` began has ended. */
    settled: () => looking ?? Promise.resolve(),
  };
}

async function lookUp(db: Database, largeFrom: number): Promise<Unevaluated> {
  const [size] = await db.$queryRaw<{ rows: number; seenFrom: Date }[]>`
    SELECT reltuples::float8 AS "rows", now() - ${OPEN_TRANSACTION} AS "seenFrom"
    FROM pg_class WHERE oid = '"SyncStatus"'::regclass`;
  if (!size || size.rows < largeFrom) return null;
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT u."id" FROM "User" u WHERE NOT EXISTS (SELECT 1 FROM "SyncStatus" s WHERE s."userId" = u."id")
    LIMIT ${MOST_NAMED + 1}::int`;
  return rows.length > MOST_NAMED ? null : { ids: rows.map(({ id }) => id), seenFrom: size.seenFrom };
}

/** The condition on `u` to have no Standing. */
export const WITHOUT_STANDING = sql`NOT EXISTS (SELECT 1 FROM "SyncStatus" s WHERE s."userId" = u."id")`;

/** Those without a Standing, where it is known who may be one. */
export const namedUnevaluated = ({ ids, seenFrom }: NonNullable<Unevaluated>): Sql =>
  sql`SELECT u."id", u."email", u."name", u."plan" FROM "User" u
    WHERE (u."id" = ANY(${ids}::text[]) OR u."createdAt" >= ${seenFrom}) AND ${WITHOUT_STANDING}`;
