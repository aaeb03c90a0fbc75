import { expect, it, vi } from "vitest";
import { deferIfSlow } from "./defer-if-slow.server";

function later<T>() {
  let resolve = (_: T) => {};
  let reject = (_: Error) => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const log = { warn: vi.fn() };

it("gives the value itself when it is ready in time", async () => {
  expect(await deferIfSlow(Promise.resolve(3), { log, withinMs: 1000 })).toEqual({ value: 3 });
});

it("gives the promise of the value when it takes longer", async () => {
  const { promise, resolve } = later<number>();
  const { value } = await deferIfSlow(promise, { log, withinMs: 1 });
  expect(value).toBeInstanceOf(Promise);
  resolve(3);
  expect(await value).toBe(3);
});

it("gives null and logs the error when the promise rejects, early or late", async () => {
  const { promise, reject } = later<number>();
  const { value } = await deferIfSlow(promise, { log, withinMs: 1 });
  reject(new Error("no database"));
  expect(await value).toBeNull();
  expect(await deferIfSlow(Promise.reject(new Error("none")), { log, withinMs: 1000 })).toEqual({
    value: null,
  });
  expect(log.warn).toHaveBeenCalledTimes(2);
});

it("gives null and logs it when the value does not come before the page's stream ends", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const { promise } = later<number>();
  const deferring = deferIfSlow(promise, { log, withinMs: 1 });
  await vi.advanceTimersByTimeAsync(1);
  const { value } = await deferring;
  log.warn.mockClear();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(await value).toBeNull();
  expect(log.warn).toHaveBeenCalledTimes(1);
  vi.useRealTimers();
});
