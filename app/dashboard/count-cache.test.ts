import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Tx } from "~/platform/client.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { createCountCache } from "./count-cache.server";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(() => {
  vi.useRealTimers();
});

/** Returns 1, 2, 3 …: how often it was called. */
const createCounter = () => {
  let times = 0;
  return vi.fn(async () => {
    times += 1;
    return times;
  });
};

const runTooLong = (tx: Tx) => tx.$queryRaw`SELECT pg_sleep(30)::text`;

describe("the cache of slow counts", () => {
  it("shares one running count between callers with the same key", async () => {
    const { count } = createCountCache(database.db);
    const [ask, askOther] = [createCounter(), createCounter()];
    expect(await Promise.all([count("a", ask), count("a", ask), count("b", askOther)])).toEqual([1, 1, 1]);
    expect([ask, askOther].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });

  it("counts quick counts each time", async () => {
    const { count } = createCountCache(database.db, { slowMs: 60_000 });
    const ask = createCounter();
    expect([await count("a", ask), await count("a", ask)]).toEqual([1, 2]);
  });

  it("keeps slow counts until it is cleared", async () => {
    const { count, clear } = createCountCache(database.db, { slowMs: 0 });
    const ask = createCounter();
    expect([await count("a", ask), await count("a", ask)]).toEqual([1, 1]);
    clear();
    expect(await count("a", ask)).toBe(2);
  });

  it("gives up a count that takes too long, and leaves the connection as it was", async () => {
    const { count } = createCountCache(database.db, { limitMs: 50 });
    expect(await count("a", runTooLong)).toBeNull();
    const limits = await database.db.$queryRaw`SELECT current_setting('statement_timeout') AS "limit"`;
    expect(limits).toEqual([{ limit: "0" }]);
  });

  it.each([
    ["keeps slow counts for 15 seconds", { slowMs: 0 }, async () => "counted", 15_000],
    ["tries again 5 seconds after a timeout", { limitMs: 50 }, runTooLong, 5_000],
  ])("%s", async (_, options, work, keptMs) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { count } = createCountCache(database.db, options);
    const ask = vi.fn(work);
    const first = await count("a", ask);
    vi.advanceTimersByTime(keptMs - 1);
    expect(await count("a", ask)).toBe(first);
    expect(ask).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(await count("a", ask)).toBe(first);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it("passes errors on, and counts again after an error", async () => {
    const { count } = createCountCache(database.db, { slowMs: 0 });
    await expect(count("a", (tx) => tx.$queryRaw`SELECT 1 / 0`)).rejects.toThrow();
    expect(await count("a", createCounter())).toBe(1);
  });

  it("runs at most three counts at the same time", async () => {
    const { count } = createCountCache(database.db);
    let [running, most] = [0, 0];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const ask = async () => {
      running += 1;
      most = Math.max(most, running);
      await held;
      running -= 1;
    };
    const all = Promise.all(["a", "b", "c", "d", "e", "f"].map((key) => count(key, ask)));
    await expect.poll(() => running).toBe(3);
    release();
    await all;
    expect(most).toBe(3);
  });
});
