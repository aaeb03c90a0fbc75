import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import type { Database } from "~/platform/client.server";
import { createExampleTables } from "~/platform/relations/example-tables.server";
import { areRelationsMissing, installRelations, RELATIONS } from "~/platform/relations/relations.server";
import { ROOT } from "~/platform/root.server";
import { acquireMigrationLock } from "./migration-lock.server";
import { type Query, queryOn, withPgClient } from "./pg-client.server";
import { isQueueBehind, migrateQueue, QUEUE } from "./queue-schema.server";
import { findMissingRights, MissingRights } from "./rights.server";
import { applyScript, prepareSchema, readLedger, toChecksum } from "./schema.server";

export const MIGRATIONS_FOLDER = path.join(ROOT, "prisma/migrations");

export type MigrateOptions = {
  folder?: string;
  /** Make the tables of an application in this schema when none of them is found: the demo's, and those of tests. */
  exampleTables?: string | null;
};

export type Migrated = {
  /** What was done, in order: names of migrations, then of the queue and of the application's tables. */
  applied: string[];
  /** Why the application's tables are not mapped, one sentence each; empty when they are. */
  unmapped: string[];
};

/**
 * Applies the migrations that the database does not have yet, oldest first, then those of the queue, then maps the
 * application's tables. All of it is in the schema `parity`; nothing else is touched, whatever the search path is.
 * Each migration is one transaction together with its row in the ledger: one that fails leaves nothing, and can be repeated.
 * The rights of the role are checked first. Several processes may call this at once, through PgBouncer too: one applies, the others wait for it and do nothing.
 */
export async function applyMigrations(
  url: string,
  { folder = MIGRATIONS_FOLDER, exampleTables = null }: MigrateOptions = {},
): Promise<Migrated> {
  return withPgClient(url, async (lockHolder) => {
    await acquireMigrationLock(lockHolder);
    const applied = await withPgClient(url, (client) => applyPending(client, folder));
    if (await migrateQueue(url)) applied.push(QUEUE);
    return withPgClient(url, async (client) => {
      const unmapped = await mapApplication(client, applied, exampleTables);
      return { applied, unmapped };
    });
  });
}

async function applyPending(client: pg.Client, folder: string): Promise<string[]> {
  const query = queryOn(client);
  const scripts = await readScripts(folder);
  const ledger = await readLedger(query);
  const edited = scripts.find(
    ({ name, script }) => (ledger.get(name) ?? toChecksum(script)) !== toChecksum(script),
  );
  if (edited)
    throw new Error(
      `${edited.name} was edited after it had been applied to this database. Nothing was changed.`,
    );
  const pending = scripts.filter(({ name }) => !ledger.has(name));
  if (pending.length > 0 || (await isQueueBehind(query))) {
    const missing = await findMissingRights(query);
    if (missing.length > 0) throw new MissingRights(missing);
    await prepareSchema(client);
  }
  for (const { name, script } of pending) await applyScript(client, name, script);
  return pending.map(({ name }) => name);
}

/** Adds to `applied` what was done. Returns why the application's tables could not be mapped. */
async function mapApplication(
  client: pg.Client,
  applied: string[],
  exampleTables: string | null,
): Promise<string[]> {
  const query = queryOn(client);
  if (!(await areRelationsMissing(query))) return [];
  if (exampleTables !== null && (await createExampleTables(query, exampleTables)))
    applied.push("example tables");
  const problems = await installRelations(client, exampleTables === null ? [] : [exampleTables]);
  if (problems.length === 0) applied.push(RELATIONS);
  return problems;
}

/** The names of the migrations that the database does not have yet, oldest first, then what else is missing. Changes nothing. */
export async function listPendingMigrations(url: string): Promise<string[]> {
  return withPgClient(url, (client) => findPendingMigrations(queryOn(client)));
}

/** The same on a pool that is open. */
export async function listPendingMigrationsOn(db: Database): Promise<string[]> {
  return findPendingMigrations((text) => db.$queryRawUnsafe<unknown[]>(text));
}

/** The same on a connection that is open. */
export async function findPendingMigrations(query: Query): Promise<string[]> {
  const ledger = await readLedger(query);
  const pending = (await listMigrations()).filter((name) => !ledger.has(name));
  if (await isQueueBehind(query)) pending.push(QUEUE);
  if (await areRelationsMissing(query)) pending.push(RELATIONS);
  return pending;
}

/** The names of all migrations in the folder, oldest first. */
export async function listMigrations(folder = MIGRATIONS_FOLDER): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory());
  return folders.map((entry) => entry.name).sort();
}

async function readScripts(folder: string): Promise<{ name: string; script: string }[]> {
  const names = await listMigrations(folder);
  return Promise.all(
    names.map(async (name) => ({
      name,
      script: await readFile(path.join(folder, name, "migration.sql"), "utf8"),
    })),
  );
}
