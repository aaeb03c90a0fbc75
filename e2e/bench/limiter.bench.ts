import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startEmbeddedPostgres } from "../../app/demo/postgres/embedded.server";
import { createStripeBudget } from "../../app/engine/account/stripe-budget.server";
import { createDatabase, type Database } from "../../app/platform/client.server";
import { applyMigrations } from "../../app/platform/migrations/migrate.server";
import { nextVersion } from "../../app/platform/versions.server";
import { createLimiter } from "../../app/stripe/limiter.server";
import { print, printTable } from "./support/print";

// What a permit of the limiter costs, and how near to the ceiling processes get that always wait for one: one process
// and four, each with six requests in flight that take 120 ms. All on one database, as in production.

const PERMITS = 2_000;
const SECONDS = 20;
const PER_SECOND = 25;
const LATENCY_MS = 120;
const IN_FLIGHT = 6;
const ENDPOINT = "GET /v1/subscriptions";

const [childUrl] = process.argv.slice(2);
if (childUrl?.startsWith("postgres")) await keepReading(childUrl);
else await measure();

async function measure(): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), "parity-bench-"));
  const postgres = await startEmbeddedPostgres({ dir });
  await applyMigrations(postgres.url, { exampleTables: "app" });
  const db = createDatabase(postgres.url, { poolSize: 1 });
  try {
    print(`A permit, ${PERMITS} one after another, without a ceiling`);
    const free = { backgroundPerSecond: 1e6, interactivePerSecond: 1e6, globalPerSecond: 1e7 };
    const limiter = createLimiter({ budget: createStripeBudget(db, free) });
    printTable([
      ["", "µs", "Node's processor µs", "PostgreSQL's µs"],
      await measureCost("a permit", db, async () => {
        await limiter.acquire(ENDPOINT, "background", 60_000);
        limiter.release(ENDPOINT);
      }),
      await measureCost("for comparison: a version", db, () => nextVersion(db)),
    ]);
    await recordGrants(db);
    print(
      `Permits a second for ${SECONDS} s, ceiling ${PER_SECOND}, ${IN_FLIGHT} in flight, ${LATENCY_MS} ms each`,
    );
    printTable([
      ["", "sustained", "most in a second"],
      await measurePace("one process", db, postgres.url, 1),
      await measurePace("four processes", db, postgres.url, 4),
    ]);
  } finally {
    await db.$disconnect();
    await postgres.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function measureCost(name: string, db: Database, once: () => Promise<unknown>): Promise<string[]> {
  for (let n = 0; n < PERMITS; n += 1) await once(); // warm
  const [before, server, startedAt] = [process.cpuUsage(), await serverMicros(db), performance.now()];
  for (let n = 0; n < PERMITS; n += 1) await once();
  const took = ((performance.now() - startedAt) * 1000) / PERMITS;
  const { user, system } = process.cpuUsage(before);
  const onServer = ((await serverMicros(db)) - server) / PERMITS;
  return [name, took.toFixed(0), ((user + system) / PERMITS).toFixed(0), onServer.toFixed(0)];
}

/** Processor time of the one connection's backend; only Linux tells. */
async function serverMicros(db: Database): Promise<number> {
  const [row] = await db.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
  const stat = await readFile(`/proc/${row?.pid}/stat`, "utf8").catch(() => "");
  const [user, system] = stat.slice(stat.lastIndexOf(")")).split(" ").slice(12, 14).map(Number);
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) * 10_000;
}

/** From now on each permit is recorded with the database's time. */
async function recordGrants(db: Database): Promise<void> {
  await db.$executeRaw`CREATE TABLE grants (at timestamptz DEFAULT clock_timestamp(), granted int)`;
  await db.$executeRaw`
    CREATE FUNCTION record_grant() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO grants (granted) VALUES (NEW.requests - OLD.requests); RETURN NEW; END $$`;
  await db.$executeRaw`
    CREATE TRIGGER record_grant AFTER UPDATE ON parity."StripeRequestCount" FOR EACH ROW EXECUTE FUNCTION record_grant()`;
}

/** Without the first and the last seconds, in which processes start and end. */
async function measurePace(name: string, db: Database, url: string, processes: number): Promise<string[]> {
  await db.$executeRaw`TRUNCATE grants`;
  const args = [import.meta.filename, url];
  const ends = Array.from({ length: processes }, () =>
    once(spawn(process.execPath, args, { stdio: "inherit" }), "exit"),
  );
  await Promise.all(ends);
  const [row] = await db.$queryRaw<{ sustained: number; most: number }[]>`
    WITH span AS (SELECT min(at) + interval '3 s' AS since, max(at) - interval '3 s' AS until FROM grants)
    SELECT (SELECT sum(granted) / extract(epoch FROM max(until) - max(since)) FROM grants, span
        WHERE at > since AND at <= until)::float8 AS sustained,
      (SELECT max(inside) FROM (SELECT sum(granted) OVER (ORDER BY at RANGE BETWEEN interval '1 s' PRECEDING
        AND CURRENT ROW) AS inside FROM grants) seconds)::float8 AS most`;
  return [name, row?.sustained.toFixed(2) ?? "", String(row?.most ?? "")];
}

/** A process that always has requests waiting. */
async function keepReading(url: string): Promise<void> {
  const db = createDatabase(url, { poolSize: 2 });
  const ceilings = { backgroundPerSecond: PER_SECOND, globalPerSecond: 100 };
  const limiter = createLimiter({ budget: createStripeBudget(db, ceilings) });
  const until = performance.now() + SECONDS * 1000;
  const readers = Array.from({ length: IN_FLIGHT }, async () => {
    while (performance.now() < until) {
      await limiter.acquire(ENDPOINT, "background", 60_000);
      await new Promise((resolve) => setTimeout(resolve, LATENCY_MS));
      limiter.release(ENDPOINT);
    }
  });
  await Promise.all(readers);
  await db.$disconnect();
}
