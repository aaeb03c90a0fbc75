import type { EpochSeconds, Version } from "~/billing/observation";
import type { Database, Tx } from "./client.server";

/** The next order stamp: one value of a sequence that all servers share. */
export async function nextVersion(db: Database | Tx): Promise<Version> {
  const rows = await db.$queryRaw<
    { stamp: number }[]
  >`SELECT nextval('observation_version')::float8 AS stamp`;
  return firstRow(rows).stamp;
}

/** The database's clock, the only one that times shown to people and the end of grace go by. */
export async function databaseNow(db: Database | Tx): Promise<EpochSeconds> {
  const rows = await db.$queryRaw<{ now: number }[]>`SELECT floor(extract(epoch FROM now()))::float8 AS now`;
  return firstRow(rows).now;
}

/** The only row of a query that always has one. */
export function firstRow<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error("The query returned no row");
  return row;
}
