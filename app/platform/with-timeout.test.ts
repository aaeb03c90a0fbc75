import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { afterTurns, TIMED_OUT, withTimeout } from "./with-timeout";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("answers with the result of work that ends in time, and leaves no timer behind", async () => {
  expect(await withTimeout(Promise.resolve("done"), 1_000)).toBe("done");
  expect(vi.getTimerCount()).toBe(0);
});

it("rejects with the error of work that fails in time", async () => {
  await expect(withTimeout(Promise.reject(new Error("no")), 1_000)).rejects.toThrow("no");
});

it("answers TIMED_OUT for work that takes longer, whose later failure is ignored", async () => {
  let fail = (_error: Error) => {};
  const work = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const answer = withTimeout(work, 1_000);
  await vi.advanceTimersByTimeAsync(1_001);
  expect(await answer).toBe(TIMED_OUT);
  fail(new Error("too late"));
});

describe("case 37: time in which the process stood still", () => {
  beforeEach(() => {
    vi.useRealTimers();
  });
  const standStill = (ms: number) => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  };

  it("does not count", async () => {
    const giveUp = vi.fn();
    afterTurns(500, giveUp);
    standStill(700);
    // All timers that are due come before this.
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(giveUp).not.toHaveBeenCalled();
    await expect.poll(() => giveUp.mock.calls.length).toBe(1);
  });

  it.each([200, 300, 900])("is no time-out of %d ms for an answer that arrived meanwhile", async (ms) => {
    const worker = new Worker(
      "const { parentPort } = require('node:worker_threads'); parentPort.once('message', () => parentPort.postMessage('answer'))",
      { eval: true },
    );
    await once(worker, "online");
    const answer = withTimeout(once(worker, "message"), ms);
    worker.postMessage("ask");
    standStill(1_000);
    expect(await answer).toEqual(["answer"]);
    await worker.terminate();
  });
});
