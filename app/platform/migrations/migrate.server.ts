import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { acquireMigrationLock } from "./migration-lock.server";
import { isMissingTable, type Query, queryOn, withPgClient } from "./pg-client.server";
import { isQueueBehind, migrateQueue, QUEUE } from "./queue-schema.server";
import { findMissingRights, MissingRights } from "./rights.server";

export const MIGRATIONS_FOLDER = path.resolve(import.meta.dirname, "../../../prisma/migrations");

/** Prisma's own ledger: `prisma migrate` sees what was applied here, and the other way round. */
const CREATE_LEDGER = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz,
    migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`;
/** Prisma's engine records an attempt that failed, and refuses to work until it is marked. */
const CLOSE_FAILED_ATTEMPTS = `
  UPDATE _prisma_migrations SET rolled_back_at = now()
  WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL`;
const RECORD = `
  INSERT INTO _prisma_migrations (id, migration_name, checksum, finished_at, applied_steps_count)
  VALUES ($1, $2, $3, clock_timestamp(), 1)`;
const APPLIED = `
  SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`;
const migrationRow = z.object({ migration_name: z.string() });

/**
 * Applies the migrations that the database does not have yet, oldest first, then those of the queue. Returns their names.
 * Each is one transaction together with its row in the ledger: a migration that fails leaves nothing, and can be repeated.
 * The rights of the role are checked first. Several processes may call this at once, through PgBouncer too: one applies, the others wait for it and do nothing.
 */
export async function applyMigrations(url: string, folder = MIGRATIONS_FOLDER): Promise<string[]> {
  return withPgClient(url, async (lockHolder) => {
    await acquireMigrationLock(lockHolder);
    const applied = await withPgClient(url, async (client) => {
      const query = queryOn(client);
      const pending = await listPending(query, folder);
      if (pending.length > 0 || (await isQueueBehind(query))) {
        const missing = await findMissingRights(query);
        if (missing.length > 0) throw new MissingRights(missing);
      }
      for (const name of pending) await applyMigration(client, folder, name);
      return pending;
    });
    return (await migrateQueue(url)) ? [...applied, QUEUE] : applied;
  });
}

/** The names of the migrations that the database does not have yet, oldest first, the queue's last. Changes nothing. */
export async function listPendingMigrations(url: string): Promise<string[]> {
  return withPgClient(url, async (client) => {
    const pending = await listPending(queryOn(client), MIGRATIONS_FOLDER);
    return (await isQueueBehind(queryOn(client))) ? [...pending, QUEUE] : pending;
  });
}

/** The same on a pool that is open. */
export async function listPendingMigrationsOn(db: Database): Promise<string[]> {
  const query: Query = (text) => db.$queryRawUnsafe<unknown[]>(text);
  const pending = await listPending(query, MIGRATIONS_FOLDER);
  return (await isQueueBehind(query)) ? [...pending, QUEUE] : pending;
}

/** The names of all migrations in the folder, oldest first. */
export async function listMigrations(folder = MIGRATIONS_FOLDER): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory());
  return folders.map((entry) => entry.name).sort();
}

async function listPending(query: Query, folder: string): Promise<string[]> {
  const applied = await listApplied(query);
  return (await listMigrations(folder)).filter((name) => !applied.has(name));
}

async function listApplied(query: Query): Promise<Set<string>> {
  try {
    const rows = await query(APPLIED);
    return new Set(rows.map((row) => migrationRow.parse(row).migration_name));
  } catch (error) {
    if (isMissingTable(error)) return new Set();
    throw error;
  }
}

async function applyMigration(client: pg.Client, folder: string, name: string): Promise<void> {
  const script = await readFile(path.join(folder, name, "migration.sql"), "utf8");
  const checksum = createHash("sha256").update(script).digest("hex");
  try {
    await client.query("BEGIN");
    await client.query(script);
    await client.query(CREATE_LEDGER);
    await client.query(CLOSE_FAILED_ATTEMPTS, [name]);
    await client.query(RECORD, [randomUUID(), name, checksum]);
    await client.query("COMMIT");
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
