import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";

/** Ours alone: the application's own migrations, which may run at the same time, lock others. */
const LOCK_KEY = 7270617269747900;
const RETRY_MS = 200;

/**
 * Waits for the lock and leaves a transaction open that holds it: the lock is released when the connection ends. A lock
 * of the session would stay on a server connection of PgBouncer.
 */
export async function acquireMigrationLock(client: pg.Client): Promise<void> {
  for (;;) {
    await client.query("BEGIN");
    await client.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    const { rows } = await client.query<Record<string, unknown>>(
      `SELECT pg_try_advisory_xact_lock(${LOCK_KEY}) AS acquired`,
    );
    if (rows[0]?.acquired === true) return;
    // A transaction that stays open while it waits would occupy one of PgBouncer's connections.
    await client.query("ROLLBACK");
    await wait(RETRY_MS);
  }
}
