import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fc from "fast-check";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDatabase, type Database } from "~/platform/client.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { findProgram } from "~/platform/testing/desk";
import { SHORT_LIVED } from "~/platform/testing/programs";
import { ALL_ENDPOINTS, type Priority } from "~/stripe/budget";
import { createLimiter } from "~/stripe/limiter.server";
import type { Ceilings } from "~/stripe/pacing";
import { createMemoryBudget } from "~/stripe/testing/memory-budget";
import { createStripeBudget } from "./stripe-budget.server";

const LIST = "GET /v1/subscriptions";
const LIVE: Ceilings = { backgroundPerSecond: 20, globalPerSecond: 100 };
/** 2026-01-01, milliseconds. */
const START = 1_767_225_600_000;

let database: TestDatabase;
const others: Database[] = [];
const children: ChildProcess[] = [];
const clients: pg.Client[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await Promise.all(clients.splice(0).map((client) => client.end()));
  await Promise.all(others.splice(0).map((other) => other.$disconnect()));
  await database.drop();
});

/** Another process's connections to the same database. */
function anotherClient(): Database {
  const other = createDatabase(database.url, { poolSize: 2 });
  others.push(other);
  return other;
}

/** A connection without Parity's client, which would repeat a statement that was aborted. */
async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  clients.push(client);
  await client.connect();
  return client;
}

const waitUntilBlocked = (count: number, event = "%") =>
  vi.waitFor(async () => {
    const blocked = await database.db.$queryRaw`
      SELECT 1 FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event LIKE ${event}`;
    expect(blocked).toHaveLength(count);
  }, 20_000);

/** A budget whose clock is turned by hand. */
function openAt(ceilings: Ceilings = LIVE) {
  let now = START;
  const budget = createStripeBudget(database.db, ceilings, () => new Date(now));
  const ask = (many: number, priority: Priority = "background", endpoint = LIST) =>
    budget.acquire({ endpoint, priority, many });
  return { budget, ask, pass: (milliseconds: number) => (now += milliseconds) };
}

/** From now on the database records by its own clock when each process was granted how many. */
async function recordGrants(): Promise<() => Promise<{ at: number; granted: number }[]>> {
  const { db } = database;
  await db.$executeRaw`CREATE TABLE grants (at timestamptz, granted int)`;
  await db.$executeRaw`
    CREATE FUNCTION record_grant() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO grants
        VALUES (clock_timestamp(), NEW.requests - CASE TG_OP WHEN 'UPDATE' THEN OLD.requests ELSE 0 END);
      RETURN NEW;
    END $$`;
  await db.$executeRaw`
    CREATE TRIGGER record_grant AFTER INSERT OR UPDATE ON parity."StripeRequestCount" FOR EACH ROW EXECUTE FUNCTION record_grant()`;
  return () =>
    db.$queryRaw<{ at: number; granted: number }[]>`
      SELECT extract(epoch FROM at)::float8 AS at, granted FROM grants ORDER BY at`;
}

/** By how many, at worst, any interval had more than `perSecond`. */
function worstExcess(grants: readonly { at: number; granted: number }[], perSecond: number): number {
  let worst = 0;
  grants.forEach((from, first) => {
    let granted = 0;
    for (const to of grants.slice(first)) {
      granted += to.granted;
      worst = Math.max(worst, granted - (to.at - from.at) * perSecond);
    }
  });
  return worst;
}

const total = (grants: readonly { granted: number }[]) =>
  grants.reduce((sum, { granted }) => sum + granted, 0);

describe("the rule in SQL", () => {
  it("is the rule in TypeScript", async () => {
    const steps = fc.array(
      fc.record({
        after: fc.oneof(fc.nat(120), fc.nat(20_000), fc.constantFrom(-3_000, -600_000)),
        many: fc.integer({ min: 1, max: 12 }),
        priority: fc.constantFrom<Priority>("interactive", "background"),
        endpoint: fc.constantFrom(LIST, "GET /v1/customers/:id", "GET /v1/events"),
        slowed: fc.constantFrom(null, null, null, "own", "all"),
      }),
      { minLength: 5, maxLength: 40 },
    );
    const property = fc.asyncProperty(steps, async (list) => {
      await database.db.stripeRateBucket.deleteMany();
      let now = START;
      const inSql = createStripeBudget(database.db, LIVE, () => new Date(now));
      const inMemory = createMemoryBudget(LIVE, () => now);
      for (const { after, slowed, ...wish } of list) {
        now += after;
        const [one, other] = [await inSql.acquire(wish), await inMemory.acquire(wish)];
        expect(one.granted).toBe(other.granted);
        expect(one.waitMs).toBeCloseTo(other.waitMs, 1);
        expect(one.slotMs).toBeCloseTo(other.slotMs, 3);
        if (slowed === null) continue;
        const bucket = slowed === "own" ? wish.endpoint : ALL_ENDPOINTS;
        await inSql.slowDown(bucket);
        await inMemory.slowDown(bucket);
      }
    });
    // The database keeps microseconds: where a moment falls on one by chance, the two may differ. So the seed is fixed.
    await fc.assert(property, { seed: 4, numRuns: 15 });
  });
});

describe("processes on one database", () => {
  // The second finds that another has just made the row of all; the third comes while the second makes the endpoint's.
  it("make the first requests of an endpoint at once without waiting for each other in a circle", async () => {
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => connect()));
    await database.db.$executeRaw`CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$`;
    await database.db.$executeRaw`CREATE TRIGGER wait_for_test AFTER INSERT ON parity."StripeRateBucket"
      FOR EACH ROW WHEN (NEW.bucket <> 'all') EXECUTE FUNCTION wait_for_test()`;
    const ask = "SELECT parity.stripe_acquire('GET /v1/events', 1, 1, 1, 1, 1, 1, 1, NULL)";

    await first?.query("SELECT pg_advisory_lock(1)");
    await first?.query("BEGIN");
    await first?.query(`INSERT INTO parity."StripeRateBucket" (bucket, "nextRequestAt", "slowedAt")
      VALUES ('all', now(), to_timestamp(0))`);
    const answers = [second?.query(ask)];
    await waitUntilBlocked(1);
    await first?.query("COMMIT");
    await waitUntilBlocked(1, "advisory");
    answers.push(third?.query(ask));
    await waitUntilBlocked(2);
    await first?.query("SELECT pg_advisory_unlock(1)");
    expect(await Promise.all(answers)).toHaveLength(2);
    expect(await database.db.stripeRateBucket.count()).toBe(2);
  });

  it("keep the ceiling together: four clients that always ask", async () => {
    const grants = await recordGrants();
    const ceilings = { backgroundPerSecond: 100, globalPerSecond: 10_000 };
    const limiters = [1, 2, 3, 4].map(() =>
      createLimiter({ budget: createStripeBudget(anotherClient(), ceilings) }),
    );
    const taken = limiters.flatMap((limiter) =>
      Array.from({ length: 40 }, () => limiter.acquire(LIST, "background", 60_000)),
    );
    expect(new Set(await Promise.all(taken))).toEqual(new Set([true]));
    const all = await grants();
    expect(total(all)).toBe(160);
    // 6 by the rule; a moment is recorded a little after it was granted.
    expect(worstExcess(all, 100)).toBeLessThan(6 + 10);
  });

  // Two processes start, which takes long on a slow machine.
  it("keep it as real processes, and with people's requests between", { timeout: 240_000 }, async () => {
    const grants = await recordGrants();
    const program = await findProgram("app/platform/testing/budget-child.ts");
    const args = [...SHORT_LIVED, program, database.url, "50", "60"];
    const ends = await Promise.all(
      [1, 2].map(async () => {
        const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
        children.push(child);
        await once(child.stdout, "data");
        return { child, ended: once(child, "exit") };
      }),
    );
    for (const { child } of ends) child.stdin.write("go\n");
    const person = createLimiter({
      budget: createStripeBudget(database.db, { backgroundPerSecond: 50, globalPerSecond: 10_000 }),
    });
    const turns = Array.from({ length: 20 }, () => person.acquire(LIST, "interactive", 60_000));
    expect(await Promise.all(turns)).not.toContain(false);
    for (const { ended } of ends) expect(await ended).toEqual([0, null]);
    const all = await grants();
    expect(total(all)).toBe(140);
    expect(worstExcess(all, 50)).toBeLessThan(9 + 10);
  });

  it("slow down together after a 429, once for all that were refused together", async () => {
    const calm = createStripeBudget(database.db, LIVE);
    await calm.acquire({ endpoint: LIST, priority: "background", many: 1 });
    await Promise.all([1, 2, 3, 4, 5].map(() => createStripeBudget(anotherClient(), LIVE).slowDown(LIST)));
    const { slotMs } = await calm.acquire({ endpoint: LIST, priority: "background", many: 1 });
    expect(slotMs).toBeGreaterThan(50);
    expect(slotMs).toBeLessThanOrEqual(100);
  });
});

describe("reads", () => {
  it("are counted by day and endpoint as they are granted, and only then", async () => {
    const { ask, pass } = openAt();
    await ask(1);
    pass(10_000);
    await ask(3);
    await ask(50);
    pass(10_000);
    await ask(1, "interactive", "GET /v1/account");
    pass(86_400_000);
    await ask(1);
    const rows = await database.db.stripeRequestCount.findMany({
      orderBy: [{ day: "asc" }, { endpoint: "asc" }],
    });
    expect(
      rows.map(({ day, endpoint, requests }) => [day.toISOString().slice(0, 10), endpoint, requests]),
    ).toEqual([
      ["2026-01-01", "GET /v1/account", 1],
      ["2026-01-01", LIST, 6],
      ["2026-01-02", LIST, 1],
    ]);
  });

  it("of more than 400 days ago are forgotten when a day begins", async () => {
    const days = [399, 400, 401, 800];
    await database.db.stripeRequestCount.createMany({
      data: days.map((ago) => ({ day: new Date(START - ago * 86_400_000), endpoint: LIST, requests: ago })),
    });
    await openAt().ask(1);
    const kept = await database.db.stripeRequestCount.findMany({ orderBy: { day: "asc" } });
    expect(kept.map(({ requests }) => requests)).toEqual([400, 399, 1]);
  });
});

describe("an ask", () => {
  it("leaves nothing in the session: a pooler may give the connection to anybody", async () => {
    const db = createDatabase(database.url, { poolSize: 1 });
    others.push(db);
    await db.$executeRaw`SET synchronous_commit = on`; // off in tests, which are in a hurry
    const budget = createStripeBudget(db, LIVE);
    await budget.acquire({ endpoint: LIST, priority: "background", many: 1 });
    await budget.slowDown(LIST);
    expect(
      await db.$queryRaw`
      SELECT current_setting('synchronous_commit') AS commits, (SELECT count(*)::int FROM pg_prepared_statements) AS kept,
        (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks`,
    ).toEqual([{ commits: "on", kept: 0, locks: 0 }]);
  });

  it("of a database that is away is refused, and nothing is sent", async () => {
    const url = new URL(database.url);
    url.port = "1";
    const away = createDatabase(url.toString());
    others.push(away);
    const limiter = createLimiter({ budget: createStripeBudget(away, LIVE) });
    await expect(limiter.acquire(LIST, "interactive", 60_000)).rejects.toThrow();
  });
});
