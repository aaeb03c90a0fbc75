import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { z } from "zod";
import type { Log } from "~/platform/log.server";

export type LostConnectionOptions = {
  connectionString: string;
  log?: Pick<Log, "warn">;
  /** How long a connection may be in use before it is asked whether it still leads anywhere. Milliseconds. */
  silenceMs?: number;
};

const SILENCE_MS = 10_000;
/** So many times as long passes before a connection that is alive is asked again. */
const ASK_AGAIN = 5;
/** For each step of the question itself. */
const ASK_MS = 5_000;

const withBackend = z.object({ processID: z.number() });
const answerRow = z.object({ own: z.number(), alive: z.array(z.number()) });

/**
 * Gives up connections that lead nowhere: after a fail-over whose old server is just gone, or in a network that forgets,
 * nothing closes them, and each statement on one would wait for minutes while the database has long been there again. A
 * connection that is in use for long is looked for on a new one; where PostgreSQL does not know its process, it and all
 * others like it are cut off, and what waits for them fails as with a connection that broke.
 */
export function giveUpLostConnections(
  pool: pg.Pool,
  { connectionString, log, silenceMs = SILENCE_MS }: LostConnectionOptions,
): void {
  const open = new Set<pg.PoolClient>();
  const usedSince = new Map<pg.PoolClient, number>();
  let isLooking = false;
  let timer: NodeJS.Timeout | null = null;

  const isAnyLate = () => [...usedSince.values()].some((since) => performance.now() - since > silenceMs);

  async function look(): Promise<void> {
    if (isLooking || !isAnyLate()) return;
    isLooking = true;
    const startedAt = performance.now();
    try {
      const gone = await findLost(open, connectionString);
      // What is alive is not asked again for a minute: the queue listens on one connection for ever.
      for (const [client, since] of usedSince)
        if (since < startedAt && !gone.includes(client))
          usedSince.set(client, startedAt + ASK_AGAIN * silenceMs);
      if (gone.length === 0) return;
      // One that is just being closed loses its process a moment before it is out of the pool.
      await wait(silenceMs / 10, undefined, { ref: false });
      const lost = gone.filter((client) => open.has(client));
      // The idle ones first: what fails on another one and is tried again at once must not get one of them.
      await Promise.all(lost.filter((client) => !usedSince.has(client)).map(cutOff));
      await Promise.all(lost.map(cutOff));
      if (lost.length > 0)
        log?.warn({ connections: lost.length }, "connections that led nowhere were given up");
    } catch {
      // There is no new connection either: it is the database that is away, and what waits goes on when it is back.
    } finally {
      isLooking = false;
    }
  }

  // Looked for only while something is in use, so that a process that is done is not kept waiting.
  function watch(): void {
    timer ??= setInterval(() => {
      if (pool.ended || usedSince.size === 0) {
        if (timer) clearInterval(timer);
        timer = null;
      } else void look();
    }, silenceMs / 2).unref();
  }

  pool.on("connect", (client) => open.add(client));
  pool.on("acquire", (client) => {
    usedSince.set(client, performance.now());
    watch();
  });
  pool.on("release", (_err, client) => usedSince.delete(client));
  pool.on("remove", (client) => {
    usedSince.delete(client);
    open.delete(client);
  });
}

async function cutOff({ connection: { stream } }: pg.PoolClient): Promise<void> {
  if (stream.closed) return;
  const closed = once(stream, "close");
  stream.destroy();
  await closed;
}

/** Those of the connections whose process PostgreSQL does not have. None where something is between that has connections of its own. */
async function findLost(open: Iterable<pg.PoolClient>, connectionString: string): Promise<pg.PoolClient[]> {
  const processes = new Map<pg.PoolClient, number>();
  for (const client of open) {
    const parsed = withBackend.safeParse(client);
    if (parsed.success) processes.set(client, parsed.data.processID);
  }
  const asking = new pg.Client({
    connectionString,
    application_name: "parity",
    connectionTimeoutMillis: ASK_MS,
    query_timeout: ASK_MS,
  });
  asking.on("error", () => {});
  try {
    await asking.connect();
    const { rows } = await asking.query(
      `SELECT pg_backend_pid() AS own, ARRAY(SELECT a.pid FROM pg_stat_activity a WHERE a.pid = ANY($1::int[])) AS alive`,
      [[...processes.values()]],
    );
    const { own, alive } = answerRow.parse(rows[0]);
    if (withBackend.parse(asking).processID !== own) return [];
    return [...processes].filter(([, pid]) => !alive.includes(pid)).map(([client]) => client);
  } finally {
    await asking.end().catch(() => {});
  }
}
