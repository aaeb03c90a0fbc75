import { z } from "zod";
import type { EpochSeconds, Version } from "~/billing/observation";
import type { Database, Tx } from "./client.server";
import { queryRows } from "./query-rows.server";
import { sql } from "./sql.server";

const versionRow = z.object({ version: z.number() });
const timeRow = z.object({ now: z.number() });

/** The next version: a value of a sequence that all processes share. */
export async function nextVersion(db: Database | Tx): Promise<Version> {
  const rows = await queryRows(db, versionRow, sql`SELECT nextval('observation_version')::float8 AS version`);
  return firstRow(rows).version;
}

/** The time by the clock of the database. Times on screen and the end of grace use no other clock. */
export async function readDatabaseTime(db: Database | Tx): Promise<EpochSeconds> {
  const rows = await queryRows(db, timeRow, sql`SELECT floor(extract(epoch FROM now()))::float8 AS now`);
  return firstRow(rows).now;
}

/** The only row of a query that always has one. */
export function firstRow<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error("The query returned no row");
  return row;
}
