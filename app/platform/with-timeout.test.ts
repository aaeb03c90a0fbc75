import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { TIMED_OUT, withTimeout } from "./with-timeout";

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
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await answer).toBe(TIMED_OUT);
  fail(new Error("too late"));
});
