import { type Sql, sql } from "~/platform/sql.server";

/**
 * Names in the SQL of a page. Columns: `key0` … are the keys of the sort, `cursor0` … the same as a cursor keeps them.
 * Tables: `candidates0` … , `scan0` … are steps of a scan, `candidate_scan0` … steps of a scan among candidates.
 */
const NAMES = {
  key: [sql`"key0"`, sql`"key1"`, sql`"key2"`],
  cursor: [sql`"cursor0"`, sql`"cursor1"`, sql`"cursor2"`],
  candidates: [sql`candidates0`, sql`candidates1`],
  scan: [
    sql`scan0`,
    sql`scan1`,
    sql`scan2`,
    sql`scan3`,
    sql`scan4`,
    sql`scan5`,
    sql`scan6`,
    sql`scan7`,
    sql`scan8`,
    sql`scan9`,
  ],
  candidateScan: [sql`candidate_scan0`, sql`candidate_scan1`, sql`candidate_scan2`],
};

export function getName(kind: keyof typeof NAMES, n: number): Sql {
  const name = NAMES[kind][n];
  if (!name)
    throw new Error("A sort has at most three keys, a page at most two candidate collections and ten steps.");
  return name;
}

/** The table of users without a sync status, where they are known by id. */
export const USERS_WITHOUT_STATUS = sql`users_without_status`;
