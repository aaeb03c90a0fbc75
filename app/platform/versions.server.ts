import { z } from "zod";
import type { EpochSeconds, Version } from "~/billing/observation";
import type { Database, Tx } from "./client.server";
import { queryOneOrThrow } from "./query-rows.server";
import { sql } from "./sql.server";

const versionRow = z.object({ version: z.number() });
const timeRow = z.object({ now: z.number() });

/** The next version: a value of a sequence that all processes share. */
export async function nextVersion(db: Database | Tx): Promise<Version> {
  const query = sql`SELECT nextval('parity.observation_version')::float8 AS version`;
  return (await queryOneOrThrow(db, versionRow, query)).version;
}

/** The time by the clock of the database. Times on screen and the end of grace use no other clock. */
export async function readDatabaseTime(db: Database | Tx): Promise<EpochSeconds> {
  const query = sql`SELECT floor(extract(epoch FROM now()))::float8 AS now`;
  return (await queryOneOrThrow(db, timeRow, query)).now;
}
