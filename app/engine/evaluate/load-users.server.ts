import { FIELDS, type RecordFields, type TableName } from "~/billing/fields";
import { foldRecordedEmail, trimBlanks } from "~/engine/account/customer-owners.server";
import {
  epoch,
  flag,
  nullable,
  number,
  selectRowByKey,
  selectRowsByKey,
  text,
} from "~/platform/json-tables.server";
import { join, type Sql, sql } from "~/platform/sql.server";
import { selectRecordColumns, toReadColumns } from "./record-columns.server";
import { recordHashParts } from "./record-hash.server";

/**
 * The ids of `asked` as an array to look up by. The planner, which cannot look into it, thinks of ten ids and so takes the
 * index, however many there are; told of thousands it would rather read a table of millions from end to end.
 */
const asked = sql`ARRAY(SELECT id FROM asked)`;

/**
 * The same for tables that may be small: what is joined is looked up in a hash where reading the table is cheaper, and by
 * the index where it is not. Compared with an array, each of its rows would be with every id.
 */
export const askedRows = sql`unnest(${asked}) AS asked_row(id)`;

/** The users that are asked for, and their records: `u`, `b` and `w`. */
export function askedUsers(userIds: readonly string[], fields: RecordFields = FIELDS): Sql {
  const select = (table: TableName) => join(selectRecordColumns(table, fields));
  return sql`
  asked AS MATERIALIZED (SELECT unnest(${[...userIds]}::text[]) AS id),
  u AS MATERIALIZED (SELECT id, email, ${foldRecordedEmail(sql`email`)} COLLATE "default" AS folded, "emailVerified", name,
      "updatedAt", ${select("user")} FROM parity.users_by_id(${asked})),
  b AS MATERIALIZED (SELECT "userId", ${select("billing")}
    FROM parity.billing_by_user(${asked})),
  w AS MATERIALIZED (SELECT "ownerId", id, ${select("workspace")}
    FROM parity.workspaces_by_owner(${asked}))`;
}

const readUsers = (fields: RecordFields) =>
  selectRowByKey(sql`u`, sql`id`, {
    email: [sql`email`, text],
    emailVerified: [sql`"emailVerified"`, flag],
    // A name of blanks names no one.
    name: [sql`nullif(${trimBlanks(sql`name`)}, '')`, nullable(text)],
    ...toReadColumns("user", fields),
    /** 64 bits do not fit a number of JavaScript, so it comes as text. */
    addressHash: [sql`hashtextextended(folded, 0)::text`, text],
    /**
     * When the application last wrote this row; where it does not say, perhaps just now. Epoch seconds with their
     * fractions: a run begins within a second, too.
     */
    writtenAt: [sql`date_part('epoch', coalesce("updatedAt", now()))`, number],
  });

const readBilling = (fields: RecordFields) =>
  selectRowByKey(sql`b`, sql`"userId"`, toReadColumns("billing", fields));

const readWorkspaces = (fields: RecordFields) =>
  selectRowsByKey(sql`w`, sql`"ownerId"`, { id: [sql`id`, text], ...toReadColumns("workspace", fields) });

/** Fingerprints of the records; 64 bits do not fit a number of JavaScript, so they come as text. */
function readRecordHashes(fields: RecordFields) {
  const parts = recordHashParts({ users: sql`u`, billing: sql`b`, workspaces: sql`w` }, fields);
  return selectRowByKey(
    sql`(SELECT "userId", bit_xor(hash) AS hash FROM (${parts}) parts GROUP BY "userId") hashes`,
    sql`"userId"`,
    { hash: [sql`hash::text`, text] },
  );
}

const syncStatuses = selectRowByKey(sql`parity."SyncStatus" WHERE "userId" = ANY(${asked})`, sql`"userId"`, {
  fingerprint: [sql`fingerprint`, nullable(text)],
  revocationVersion: [sql`"revocationVersion"`, nullable(number)],
  observedAt: [epoch(sql`"observedAt"`), nullable(number)],
  addressHash: [sql`"addressHash"::text`, nullable(text)],
  addressSince: [epoch(sql`"addressSince"`), nullable(number)],
  evaluatedAt: [epoch(sql`"evaluatedAt"`), number],
});

const comps = selectRowsByKey(
  sql`${askedRows} JOIN parity."Comp" c ON c."userId" = asked_row.id`,
  sql`c."userId"`,
  {
    id: [sql`c.id`, text],
    planId: [sql`c."planId"`, text],
    expiresAt: [epoch(sql`c."expiresAt"`), number],
    revokedAt: [epoch(sql`c."revokedAt"`), nullable(number)],
    applied: [
      sql`EXISTS (SELECT 1 FROM parity."Change" x
      WHERE x."userId" = c."userId" AND x.grants
        AND x."createdAt" BETWEEN c."createdAt" AND coalesce(c."revokedAt", c."expiresAt")
        -- What was taken back since is no longer what the comp gave.
        AND NOT EXISTS (SELECT 1 FROM parity."Change" y
          WHERE y."userId" = x."userId" AND y.revokes AND y.id > x.id))`,
      flag,
    ],
  },
);

const holds = selectRowByKey(
  sql`(SELECT DISTINCT ON ("userId") "userId", "stripeState"
    FROM ${askedRows} JOIN parity."Hold" h ON h."userId" = asked_row.id
    WHERE "releasedAt" IS NULL ORDER BY "userId", "createdAt" DESC) holds`,
  sql`"userId"`,
  { stripeState: [sql`"stripeState"`, text] },
);

const acknowledgements = selectRowByKey(
  sql`${askedRows} JOIN parity."Acknowledgement" a ON a."userId" = asked_row.id`,
  sql`"userId"`,
  {
    mismatches: [sql`mismatches`, text],
  },
);

const failures = selectRowByKey(
  sql`${askedRows} JOIN parity."UserCheck" k ON k."userId" = asked_row.id AND k.failure IS NOT NULL`,
  sql`"userId"`,
  {
    failure: [sql`failure`, text],
    /** Epoch seconds with their fractions. */
    failedAt: [sql`coalesce(date_part('epoch', "failedAt"), 0)`, number],
  },
);

const generation = selectRowByKey(
  sql`${askedRows} JOIN parity."RecheckQueue" t ON t."userId" = asked_row.id`,
  sql`"userId"`,
  {
    generation: [sql`generation`, number],
  },
);

/** Users' records, what staff decided about them, and what is stored of the last evaluation. Times are epoch seconds. */
export const createUserTables = (fields: RecordFields) => ({
  users: readUsers(fields),
  billing: readBilling(fields),
  workspaces: readWorkspaces(fields),
  recordHashes: readRecordHashes(fields),
  syncStatuses,
  comps,
  holds,
  acknowledgements,
  failures,
  generation,
});

export type UserTables = ReturnType<typeof createUserTables>;
