import { z } from "zod";
import type { EpochSeconds, Version } from "~/billing/observation";
import type { Database, Tx } from "./client.server";
import { queryOneOrThrow } from "./query-rows.server";
import { sql } from "./sql.server";

const versionRow = z.object({ version: z.number() });
const timeRow = z.object({ now: z.number() });

/** SQL: the next version. */
export const selectNextVersion = sql`nextval('parity.observation_version')::float8`;

/** SQL: the time by the clock of the database, in epoch seconds. */
export const selectDatabaseTime = sql`floor(extract(epoch FROM now()))::float8`;

/** The next version: a value of a sequence that all processes share. */
export const nextVersion = async (db: Database | Tx): Promise<Version> =>
  (await queryOneOrThrow(db, versionRow, sql`SELECT ${selectNextVersion} AS version`)).version;

/** The time by the clock of the database. Times on screen and the end of grace use no other clock. */
export const readDatabaseTime = async (db: Database | Tx): Promise<EpochSeconds> =>
  (await queryOneOrThrow(db, timeRow, sql`SELECT ${selectDatabaseTime} AS now`)).now;
