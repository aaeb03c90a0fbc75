import pg from "pg";
import { z } from "zod";
import { ident, qualify } from "../bridge/sql-text";
import type { BridgeParts } from "../bridge/values";
import { describeTable } from "../places";
import { createTriggerFunction, createTriggers, PREFIX } from "./trigger-sql";
import { listWatchedTables, type WatchedTable } from "./watched-tables";

type Client = Pick<pg.ClientBase, "query">;

/** The tables that tell their changes now, and those that cannot, with the reason and what to do. */
export type InstalledTriggers = { watched: string[]; left: string[] };

const triggerRow = z.object({ trigger: z.string(), schema: z.string(), name: z.string() });
const functionRow = z.object({ name: z.string() });
const roleRow = z.object({ role: z.string() });

const TRIGGERS = `
  SELECT t.tgname::text AS trigger, n.nspname::text AS schema, c.relname::text AS name FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = pg_catalog.to_regnamespace('parity')
  JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgname LIKE '${PREFIX}%' ORDER BY 2, 3, 1`;
const FUNCTIONS = `
  SELECT p.proname::text AS name FROM pg_catalog.pg_proc p
  WHERE p.pronamespace = pg_catalog.to_regnamespace('parity') AND p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype
    AND p.proname LIKE 'changed\\_%'`;

/** The application waits so long at most while a trigger is made. */
const LOCK_TIMEOUT = "5s";

/** Whether there are triggers of ours in the application's tables. */
export const hasTriggers = async (client: Client): Promise<boolean> =>
  (await client.query(TRIGGERS)).rows.length > 0;

/** Removes them without a trace. In a transaction of the caller's. Returns the tables that had some. */
export async function removeTriggers(client: Client): Promise<string[]> {
  await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
  const found = z.array(triggerRow).parse((await client.query(TRIGGERS)).rows);
  for (const { trigger, ...table } of found)
    await client.query(`DROP TRIGGER ${ident(trigger)} ON ${qualify(table)}`);
  for (const { name } of z.array(functionRow).parse((await client.query(FUNCTIONS)).rows))
    await client.query(`DROP FUNCTION parity.${ident(name)}()`);
  return [...new Set(found.map(describeTable))];
}

/**
 * Puts triggers into the application's tables that enqueue the owner of what changes, in place of those that are there. In a
 * transaction of the caller's. A table where it is not possible is left as it is, and said.
 */
export async function installTriggers(client: Client, parts: BridgeParts): Promise<InstalledTriggers> {
  await removeTriggers(client);
  const watched: string[] = [];
  const left: string[] = [];
  for (const one of listWatchedTables(parts)) {
    const name = describeTable(one.table);
    const reason = await watchTable(client, one);
    if (reason === null) watched.push(name);
    else left.push(`${name}: ${reason}`);
  }
  return { watched, left };
}

/** Null: the table is watched. */
async function watchTable(client: Client, one: WatchedTable): Promise<string | null> {
  await client.query("SAVEPOINT watch");
  try {
    await client.query(createTriggerFunction(one));
    await client.query(createTriggers(one));
    return null;
  } catch (error) {
    await client.query("ROLLBACK TO SAVEPOINT watch");
    if (!(error instanceof pg.DatabaseError)) throw error;
    if (error.code !== "42501") return error.message;
    const { rows } = await client.query("SELECT current_user::text AS role");
    const [row] = z.array(roleRow).parse(rows);
    return `${error.message}. The owner of the table runs: GRANT TRIGGER ON ${qualify(one.table)} TO ${ident(row?.role ?? "")};`;
  }
}
