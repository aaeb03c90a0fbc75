import pg from "pg";
import { giveUpLostConnections } from "~/platform/database/lost-connections.server";
import type { Log } from "~/platform/log.server";
import { watchPool } from "~/platform/metrics/process-meters.server";

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * The connections of the queue. Our own pool, because graphile-worker takes its error listeners off before its connections
 * have ended: one that PostgreSQL cuts at that moment would end the process.
 */
export function createQueuePool(
  databaseUrl: string,
  size: number,
  log: Pick<Log, "debug" | "warn">,
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    // So that it can be told apart in `pg_stat_activity`.
    application_name: "parity queue",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    max: size,
  });
  watchPool(pool, "queue");
  giveUpLostConnections(pool, { connectionString: databaseUrl, log });
  const logLost = (err: Error) => log.debug({ err }, "queue connection lost");
  pool.on("error", logLost);
  pool.on("connect", (client) => client.on("error", logLost));
  return pool;
}
