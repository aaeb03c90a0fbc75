import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Tx } from "~/platform/client.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { createCounting } from "./counting.server";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(() => {
  vi.useRealTimers();
});

/** Answers 1, 2, 3 …: how often it was really asked. */
const counter = () => {
  let times = 0;
  return vi.fn(async () => {
    times += 1;
    return times;
  });
};

const sleepLong = (tx: Tx) => tx.$queryRaw`SELECT pg_sleep(30)::text`;

describe("counts beside a page", () => {
  it("are asked once for all who ask meanwhile", async () => {
    const { count } = createCounting(database.db);
    const [ask, askOther] = [counter(), counter()];
    expect(await Promise.all([count("a", ask), count("a", ask), count("b", askOther)])).toEqual([1, 1, 1]);
    expect([ask, askOther].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });

  it("are counted again each time while that is quick", async () => {
    const { count } = createCounting(database.db, { slowMs: 60_000 });
    const ask = counter();
    expect([await count("a", ask), await count("a", ask)]).toEqual([1, 2]);
  });

  it("are kept when they took long, until something is changed here", async () => {
    const { count, forget } = createCounting(database.db, { slowMs: 0 });
    const ask = counter();
    expect([await count("a", ask), await count("a", ask)]).toEqual([1, 1]);
    forget();
    expect(await count("a", ask)).toBe(2);
  });

  it("are given up when they take too long, and leave the connection as it was", async () => {
    const { count } = createCounting(database.db, { limitMs: 50 });
    expect(await count("a", sleepLong)).toBeNull();
    const limits = await database.db.$queryRaw`SELECT current_setting('statement_timeout') AS "limit"`;
    expect(limits).toEqual([{ limit: "0" }]);
  });

  it.each([
    ["that took long are kept for 15 seconds", { slowMs: 0 }, async () => "counted", 15_000],
    ["that were given up are asked again after 5 seconds", { limitMs: 50 }, sleepLong, 5_000],
  ])("%s", async (_, options, work, keptMs) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { count } = createCounting(database.db, options);
    const ask = vi.fn(work);
    const first = await count("a", ask);
    vi.advanceTimersByTime(keptMs - 1);
    expect(await count("a", ask)).toBe(first);
    expect(ask).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(await count("a", ask)).toBe(first);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it("fail as they fail, and are asked again", async () => {
    const { count } = createCounting(database.db, { slowMs: 0 });
    await expect(count("a", (tx) => tx.$queryRaw`SELECT 1 / 0`)).rejects.toThrow();
    expect(await count("a", counter())).toBe(1);
  });

  it("leave connections for what people wait for, however many are asked", async () => {
    const { count } = createCounting(database.db);
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
    await vi.waitFor(() => expect(running).toBe(3));
    release();
    await all;
    expect(most).toBe(3);
  });
});
