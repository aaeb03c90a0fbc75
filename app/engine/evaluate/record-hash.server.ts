import { FIELDS, hasBillingRows, type RecordFields } from "~/billing/fields";
import type { BillingState, UserRecord } from "~/billing/record";
import { type Sql, sql } from "~/platform/sql.server";
import { type Columns, hashRow, joinNames, joinValues, toRecordset } from "~/platform/write-rows.server";
import { toWriteColumns } from "./record-columns.server";

/** Where the three parts of records are read: the application's tables, or some of their rows under another name. */
export type RecordTables = { users: Sql; billing: Sql; workspaces: Sql };

/**
 * The fingerprints of records, in parts: rows `("userId", hash)`, of which `bit_xor(hash)` is a user's. A fingerprint is
 * made of every column that is evaluated, and of no other; of dates at whole seconds, of workspaces in any order. What
 * stores fingerprints and what compares them use this one expression.
 */
export function recordHashParts(
  { users, billing, workspaces }: RecordTables,
  fields: RecordFields = FIELDS,
): Sql {
  const user = { email: "text", emailVerified: "boolean", ...toWriteColumns("user", fields) } as const;
  const workspace = { id: "text", ...toWriteColumns("workspace", fields) } as const;
  const hashBilling = () =>
    sql`UNION ALL SELECT "userId", ${hashRow(toWriteColumns("billing", fields), 2)} FROM ${billing}`;
  // Seeds differ, so that equal rows of two tables never cancel each other.
  return sql`
  SELECT id AS "userId", ${hashRow(user, 1)} AS hash FROM ${users}
  ${hasBillingRows(fields) ? hashBilling() : sql``}
  UNION ALL SELECT "ownerId", ${hashRow(workspace, 3)} FROM ${workspaces}`;
}

/** A user whose record was written, as it should stand now: only these rows were evaluated. */
export type WrittenRecord = Pick<UserRecord, "userId" | "email" | "emailVerified"> & { after: BillingState };

/**
 * The fingerprints of records as they were written: rows `("userId", hash)`. Rows that the application added meanwhile are
 * not in them, so that the next run finds that they differ.
 */
export const selectWrittenHashes = (
  written: readonly WrittenRecord[],
  fields: RecordFields = FIELDS,
): Sql => {
  const ids = written.map(({ userId }) => userId);
  const withBilling = written.filter(({ after }) => after.billing !== null).map(({ userId }) => userId);
  const workspaceIds = written.flatMap(({ after }) => after.workspaces.map(({ id }) => id));
  return sql`SELECT "userId", bit_xor(hash) AS hash FROM (${recordHashParts(
    {
      users: sql`parity.users_by_id(${ids})`,
      billing: sql`parity.billing_by_user(${withBilling})`,
      workspaces: sql`parity.workspaces_by_owner(${ids}) WHERE id = ANY(${workspaceIds})`,
    },
    fields,
  )}) parts GROUP BY "userId"`;
};

/** The fingerprints that these records have where all that was written stands: rows `("userId", hash)`. */
export const selectWantedHashes = (written: readonly WrittenRecord[], fields: RecordFields = FIELDS): Sql =>
  sql`SELECT "userId", bit_xor(hash) AS hash FROM (${recordHashParts(
    {
      users: toTable(
        written.map(({ userId: id, email, emailVerified, after }) => ({
          ...{ id, email, emailVerified },
          ...after.user,
        })),
        { id: "text", email: "text", emailVerified: "boolean", ...toWriteColumns("user", fields) },
      ),
      billing: toTable(
        written.flatMap(({ userId, after }) =>
          after.billing === null ? [] : [{ userId, ...after.billing }],
        ),
        { userId: "text", ...toWriteColumns("billing", fields) },
      ),
      workspaces: toTable(
        written.flatMap(({ userId: ownerId, after }) => after.workspaces.map((one) => ({ ownerId, ...one }))),
        { ownerId: "text", id: "text", ...toWriteColumns("workspace", fields) },
      ),
    },
    fields,
  )}) parts GROUP BY "userId"`;

const toTable = <Row extends object>(rows: readonly Row[], columns: NoInfer<Columns<Row>>): Sql =>
  sql`(SELECT ${joinValues(columns)} FROM ${toRecordset(rows, columns)}) AS wanted(${joinNames(columns)})`;
