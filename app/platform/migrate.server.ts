import pg from "pg";
import { openSchemaEngine } from "../../prisma/engine/engine";
import { migrationNames, readMigrations, readSchema } from "../../prisma/engine/migrations";
import { migrateQueue, QUEUE, queueIsBehind } from "./queue-schema.server";

const filters = { externalTables: [], externalEnums: [] };

/**
 * Applies the migrations that the database does not have yet, in Prisma's own book-keeping, then the queue's in its own,
 * and returns their names.
 * Several processes may call this at once, through PgBouncer too: one applies, the others wait for it and do nothing.
 */
export async function applyMigrations(url: string): Promise<string[]> {
  const { engine, close } = await openSchemaEngine({ url });
  try {
    const migrationsList = await readMigrations();
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters });
    return (await migrateQueue(url)) ? [...appliedMigrationNames, QUEUE] : appliedMigrationNames;
  } finally {
    await close();
  }
}

/**
 * The names of the migrations that the database does not have yet, oldest first, the queue's last. Two queries, and no
 * engine.
 */
export async function pendingMigrations(url: string): Promise<string[]> {
  const names = await migrationNames();
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const done = await appliedNames(client);
    const ours = names.filter((name) => !done.has(name));
    return (await queueIsBehind(client)) ? [...ours, QUEUE] : ours;
  } finally {
    await client.end().catch(() => {});
  }
}

async function appliedNames(client: pg.Client): Promise<Set<string>> {
  try {
    const applied = await client.query<{ migration_name: string }>(
      "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
    );
    return new Set(applied.rows.map((row) => row.migration_name));
  } catch (error) {
    const noTableYet = error instanceof pg.DatabaseError && error.code === "42P01";
    if (noTableYet) return new Set();
    throw error;
  }
}

/**
 * What `prisma/schema.prisma` says that the migrations do not, or the other way round, in words; null when they agree.
 * Needs a database server on which it may make and drop a database, not a particular database.
 */
export async function schemaDrift(url: string): Promise<string | null> {
  const { engine, close } = await openSchemaEngine({ url });
  try {
    const from = { tag: "migrations" as const, ...(await readMigrations()) };
    const to = await readSchema();
    const { exitCode, stdout } = await engine.diff({ from, to, script: false, exitCode: true, filters });
    return exitCode === 0 ? null : (stdout ?? "The migrations and the schema differ.");
  } finally {
    await close();
  }
}
