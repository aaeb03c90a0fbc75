import { Logger, runMigrations } from "graphile-worker";
import { z } from "zod";
import { isMissingTable, type Query, queryOn, withPgClient } from "./pg-client.server";

/** The name of the queue's tables in the list of migrations. */
export const QUEUE = "graphile_worker";

/** The newest migration of the version of graphile-worker that we use; a test fails when another version has more. */
const REVISION = 19;

const revisionRow = z.object({ revision: z.number().nullable() });

const silent = new Logger(() => () => {});

/**
 * Creates the queue's own tables, or brings them up to date; false when there was nothing to do. They come with our
 * migrations, not with the first worker, because an event is stored together with its job even where no worker has
 * ever run. The caller holds the lock of the migrations.
 */
export async function migrateQueue(url: string): Promise<boolean> {
  if (!(await withPgClient(url, (client) => isQueueBehind(queryOn(client))))) return false;
  await prepareSchema(url);
  await runMigrations({ connectionString: url, logger: silent });
  return true;
}

/**
 * Where an owner has made the schema for us: graphile-worker would make it "if not exists", which PostgreSQL refuses to a
 * role that may not create schemas, although it exists. With its first table in place it does not try.
 */
async function prepareSchema(url: string): Promise<void> {
  await withPgClient(url, async (client) => {
    const { rows } = await client.query("SELECT 1 WHERE to_regnamespace('graphile_worker') IS NOT NULL");
    if (rows.length === 0) return;
    await client.query(`
      CREATE TABLE IF NOT EXISTS graphile_worker.migrations (
        id int PRIMARY KEY, ts timestamptz DEFAULT now() NOT NULL, breaking boolean NOT NULL DEFAULT false)`);
  });
}

/** Whether the queue's tables are missing, or older than the version of graphile-worker that we use. */
export async function isQueueBehind(query: Query): Promise<boolean> {
  try {
    const [row] = await query("SELECT max(id) AS revision FROM graphile_worker.migrations");
    return (revisionRow.parse(row).revision ?? 0) < REVISION;
  } catch (error) {
    if (isMissingTable(error)) return true;
    throw error;
  }
}
