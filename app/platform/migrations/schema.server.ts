import { createHash } from "node:crypto";
import type pg from "pg";
import { z } from "zod";
import { isMissingTable, type Query } from "./pg-client.server";

/** The PostgreSQL schema in which everything of Parity's stands. Everything in it is ours, and nothing of ours is elsewhere. */
export const SCHEMA = "parity";

const MAKE_LEDGER = `
  CREATE TABLE parity."AppliedMigration" (
    name text PRIMARY KEY, checksum text NOT NULL, "appliedAt" timestamptz(3) NOT NULL DEFAULT now())`;
const RECORD = `INSERT INTO parity."AppliedMigration" (name, checksum) VALUES ($1, $2)`;
const APPLIED = `SELECT name, checksum FROM parity."AppliedMigration"`;
/** What is in the schema; what belongs to an extension may have been put there by anybody. */
const FOREIGN = `
  SELECT c.relname AS name FROM pg_class c
  WHERE c.relnamespace = to_regnamespace('parity') AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY c.relkind, 1 LIMIT 1`;
const appliedRow = z.object({ name: z.string(), checksum: z.string() });
const foreignRow = z.object({ name: z.string() });

/** The checksum of each migration that the database has, by its name. */
export async function readLedger(query: Query): Promise<Map<string, string>> {
  try {
    const rows = (await query(APPLIED)).map((row) => appliedRow.parse(row));
    return new Map(rows.map(({ name, checksum }) => [name, checksum]));
  } catch (error) {
    if (isMissingTable(error)) return new Map();
    throw error;
  }
}

/**
 * Creates our schema and its ledger where they are missing. "If not exists" would need the right to create schemas although
 * the schema exists.
 * @throws ForeignSchema when the schema holds what is not ours.
 */
export async function prepareSchema(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ schema: boolean; ledger: boolean }>(`
    SELECT to_regnamespace('parity') IS NOT NULL AS schema, to_regclass('parity."AppliedMigration"') IS NOT NULL AS ledger`);
  const [found] = rows;
  if (found?.ledger) return;
  const [foreign] = (await client.query(FOREIGN)).rows;
  if (foreign !== undefined) throw new ForeignSchema(foreignRow.parse(foreign).name);
  await client.query("BEGIN");
  if (!found?.schema) await client.query("CREATE SCHEMA parity");
  await client.query(MAKE_LEDGER);
  await client.query("COMMIT");
}

/** Applies one migration and records it, in one transaction: one that fails leaves nothing, and can be repeated. */
export async function applyScript(client: pg.Client, name: string, script: string): Promise<void> {
  try {
    await client.query("BEGIN");
    await client.query(script);
    await client.query(RECORD, [name, toChecksum(script)]);
    await client.query("COMMIT");
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Of a migration's text; git may write other line ends. */
export const toChecksum = (script: string): string =>
  createHash("sha256").update(script.replaceAll("\r\n", "\n")).digest("hex");

/** The database has a schema of our name that is not ours; nothing was changed. */
export class ForeignSchema extends Error {
  override name = "ForeignSchema";

  constructor(table: string) {
    super(
      `The schema parity holds "${table}", which is not Parity's. Parity keeps all its tables in a schema of that name and shares it with ` +
        "nothing else. Nothing was changed. Rename or empty that schema, and repeat: npm run db:migrate",
    );
  }
}
