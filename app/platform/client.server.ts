import pg from "pg";
import { type Prisma, PrismaClient } from "../generated/prisma/client";
import { giveUpLostConnections } from "./database/lost-connections.server";
import { RepeatingPg } from "./database/repeat-aborted.server";
import type { Log } from "./log.server";
import { watchPool } from "./metrics/process-meters.server";

export type Database = PrismaClient;
/** The client inside `database.$transaction(async (tx) => …)`. */
export type Tx = Prisma.TransactionClient;

const STATEMENT_TIMEOUT_MS = 120_000;

export type DatabaseOptions = {
  poolSize?: number;
  /** How long a connection, or a free one of the pool, is waited for. */
  connectTimeoutMs?: number;
  /** How long a connection that nothing uses is kept. */
  idleTimeoutMs?: number;
  /** How long a statement, or a transaction, may take. */
  statementTimeoutMs?: number;
  /** How long a connection may be in use before it is asked whether it still leads anywhere. */
  silenceMs?: number;
  log?: Pick<Log, "warn">;
};

/**
 * A pool of connections to PostgreSQL, opened when first needed; end it with `$disconnect()`. Keeps nothing in a
 * session (no SET, no prepared statements, no session locks), so that PgBouncer may be in front. For the same reason
 * the time limits are kept on this side: PgBouncer refuses connections that ask for a `statement_timeout`.
 */
export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const { poolSize = 10, connectTimeoutMs = 10_000, idleTimeoutMs = 30_000, log } = options;
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS, silenceMs } = options;
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "parity",
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    query_timeout: statementTimeoutMs,
    keepAlive: true,
  });
  watchPool(pool, "main");
  giveUpLostConnections(pool, { connectionString: url, log, silenceMs });
  const adapter = new RepeatingPg(pool, {
    disposeExternalPool: true,
    onPoolError: (err) => log?.warn({ err }, "idle database connection lost"),
    onConnectionError: (err) => log?.warn({ err }, "database connection lost"),
  });
  return new PrismaClient({
    adapter,
    transactionOptions: { maxWait: connectTimeoutMs, timeout: statementTimeoutMs },
    errorFormat: "minimal",
  });
}
