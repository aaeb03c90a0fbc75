import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addPayingUser, addSyncedUser, createWorld, readAccess, type World } from "~/engine/testing/world";
import { startWorker } from "~/server/worker.server";
import { createPaymentCheck } from "../../docs/examples/payment-check.mjs";

let world: World;
/** The application's own connections. */
let pool: pg.Pool;
let serial = 0;
let userId = "";

beforeAll(async () => {
  world = await createWorld();
  pool = new pg.Pool({ connectionString: world.url, max: 4 });
});
afterAll(async () => {
  await pool.end();
  await world.close();
});
beforeEach(async () => {
  serial += 1;
  userId = `user${serial}`;
  await addPayingUser(world, userId);
});

type Asking = Pick<pg.ClientBase, "query">;
const ask = async (id: string | null, on: Asking = pool): Promise<boolean> =>
  (await on.query("SELECT parity.check_user($1) AS asked", [id])).rows[0].asked;

async function takeUp(): Promise<void> {
  await world.parity.workspace.takeRequests();
  await world.parity.workspace.settle();
}

/** In a transaction that is undone. */
async function inTransaction<T>(work: (client: pg.PoolClient) => Promise<T>, begin = "BEGIN"): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(begin);
    return await work(client);
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
}

describe("SELECT parity.check_user(…)", () => {
  it("has a payment checked, and gives access", async () => {
    expect(await ask(userId)).toBe(true);
    await takeUp();
    expect(await readAccess(world, userId)).toBe("active 5");
  });

  it("says false, and adds nothing, where a check waits or was just made", async () => {
    expect(await ask(userId)).toBe(true);
    expect(await ask(userId)).toBe(false);
    await takeUp();
    expect(await ask(userId)).toBe(false);
    expect(await world.db.checkRequest.count()).toBe(0);
  });

  it("asks Stripe nothing about a user who was in sync a short while ago", async () => {
    await addSyncedUser(world, "fine");
    const read = world.sandbox.requests.list().length;
    await world.db.$executeRaw`UPDATE parity."UserCheck" SET "nextCheckAt" = NULL WHERE "userId" = 'fine'`;
    expect(await ask("fine")).toBe(true);
    await takeUp();
    expect(world.sandbox.requests.list()).toHaveLength(read);
  });

  it("takes any text: a user who does not exist leaves the list, and what is no id is not put on it", async () => {
    expect(await ask("'; DROP TABLE x; --")).toBe(true);
    for (const odd of [null, "", "x".repeat(201)]) expect(await ask(odd)).toBe(false);
    await takeUp();
    expect(await world.db.checkRequest.count()).toBe(0);
  });

  it("waits for no other transaction that asked for the same user", async () => {
    await inTransaction(async (first) => {
      expect(await ask(userId, first)).toBe(true);
      await pool.query("SET lock_timeout = '1ms'");
      expect(await ask(userId)).toBe(true);
    });
    await takeUp();
  });

  it("does not fail the application's transaction: not in a read-only one, and not without a table", async () => {
    await inTransaction(async (client) => {
      expect(await ask(userId, client)).toBe(false);
      expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    }, "BEGIN READ ONLY");
    await inTransaction(async (client) => {
      await client.query('ALTER TABLE parity."CheckRequest" RENAME TO "Gone"');
      expect(await ask(userId, client)).toBe(false);
      expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    });
  });

  it("needs no right but to use the schema", async () => {
    await inTransaction(async (client) => {
      await client.query("GRANT USAGE ON SCHEMA parity TO pg_monitor; SET LOCAL ROLE pg_monitor");
      expect(await ask(userId, client)).toBe(true);
    });
  });

  it("keeps a list of 10,000 users at most", async () => {
    await inTransaction(async (client) => {
      await client.query(
        `INSERT INTO parity."CheckRequest" ("userId") SELECT 'u' || n FROM generate_series(1, 10000) n`,
      );
      expect(await ask(userId, client)).toBe(false);
    });
  });
});

describe("the hook for applications", () => {
  const query = (text: string, values: unknown[]) => pool.query(text, values);

  it("has a worker check the payment within seconds, whatever asks how often", async () => {
    const { db, url: databaseUrl, parity, deps } = world;
    const worker = await startWorker({
      databaseUrl,
      db,
      parity,
      log: deps.log,
      concurrency: 1,
      clock: false,
    });
    const checkPayment = createPaymentCheck(query);
    for (let request = 0; request < 50; request++) checkPayment(userId);
    await expect.poll(() => readAccess(world, userId)).toBe("active 5");
    await worker.stop();
  });

  it("returns before anything is asked, and does not throw where the database fails or hangs", async () => {
    let asked = 0;
    const failing = createPaymentCheck(() => {
      asked += 1;
      throw new Error("no database");
    });
    expect(failing("a")).toBeUndefined();
    expect(asked).toBe(0);
    await expect.poll(() => asked).toBe(1);
    const hanging = createPaymentCheck(() => {
      asked += 1;
      return new Promise(() => {});
    });
    for (let user = 0; user < 5_000; user++) hanging(`u${user}`);
    await expect.poll(() => asked).toBe(2);
  });
});
