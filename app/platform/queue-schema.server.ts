import { Logger, runMigrations } from "graphile-worker";
import pg from "pg";

/** What the queue's tables are called among the migrations. */
export const QUEUE = "graphile_worker";

/** The newest migration of the version of graphile-worker that we use; a test says when another version has more. */
const REVISION = 19;
const NO_SUCH_TABLE = "42P01";
const connectTimeoutMs = 10_000;

const silent = new Logger(() => () => {});

/**
 * Makes the queue's own tables, or brings them up to date; false when there was nothing to do. They are made with ours,
 * not by the first worker: an event is stored together with its job, also where no worker has ever run.
 */
export async function migrateQueue(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  client.on("error", () => {});
  try {
    await client.connect();
    // Several processes may come at once: one makes them, the others wait for it. A lock of the transaction, since
    // PgBouncer may stand between; the work itself takes several transactions, and has connections of its own.
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock(hashtext('parity.queue'))");
    if (!(await isBehind(url))) return false;
    await runMigrations({ connectionString: url, logger: silent });
    return true;
  } finally {
    await client.end().catch(() => {});
  }
}

/** On a connection of its own: a lock on their own book-keeping would be in the way of making them. */
async function isBehind(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  client.on("error", () => {});
  try {
    await client.connect();
    return await queueIsBehind(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Whether the queue's tables are not there, or older than the version of graphile-worker that we use. */
export async function queueIsBehind(client: pg.Client): Promise<boolean> {
  try {
    const { rows } = await client.query<{ revision: number | null }>(
      "SELECT max(id) AS revision FROM graphile_worker.migrations",
    );
    return (rows[0]?.revision ?? 0) < REVISION;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === NO_SUCH_TABLE) return true;
    throw error;
  }
}
