import { Logger, runMigrations } from "graphile-worker";
import { z } from "zod";
import { isMissingTable, type Query, queryOn, withPgClient } from "./pg-client.server";
import { SCHEMA } from "./schema.server";

/** The name of the queue's tables in the list of migrations. */
export const QUEUE = "queue";

/** The newest migration of the version of graphile-worker that we use; a test fails when another version has more. */
const REVISION = 19;

const revisionRow = z.object({ revision: z.number().nullable() });

const silent = new Logger(() => () => {});

/**
 * Creates the queue's own tables in our schema, or brings them up to date; false when there was nothing to do. They come
 * with our migrations, not with the first worker, because an event is stored together with its job even where no worker
 * has ever run. The schema is there, and the caller holds the lock of the migrations.
 */
export async function migrateQueue(url: string): Promise<boolean> {
  if (!(await withPgClient(url, (client) => isQueueBehind(queryOn(client))))) return false;
  // Without it graphile-worker would make the schema "if not exists", which PostgreSQL refuses to a role that may not create schemas.
  await withPgClient(url, (client) =>
    client.query(`
      CREATE TABLE IF NOT EXISTS parity.migrations (
        id int PRIMARY KEY, ts timestamptz DEFAULT now() NOT NULL, breaking boolean NOT NULL DEFAULT false)`),
  );
  await runMigrations({ connectionString: url, schema: SCHEMA, logger: silent });
  return true;
}

/** Whether the queue's tables are missing, or older than the version of graphile-worker that we use. */
export async function isQueueBehind(query: Query): Promise<boolean> {
  try {
    const [row] = await query("SELECT max(id) AS revision FROM parity.migrations");
    return (revisionRow.parse(row).revision ?? 0) < REVISION;
  } catch (error) {
    if (isMissingTable(error)) return true;
    throw error;
  }
}
