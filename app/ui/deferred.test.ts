// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import { useDeferred } from "./deferred";

type Props = { value: number | Promise<number>; key: string };

const renderDeferred = (props: Props) =>
  renderHook((now: Props) => useDeferred(now.value, now.key), { initialProps: props });
function createPromise<T>() {
  let resolve = (_: T) => {};
  let reject = (_: Error) => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

it("returns a value that is not a promise at once", () => {
  expect(renderDeferred({ value: 7, key: "a" }).result.current).toBe(7);
});

it("returns a promised value when it arrives, and keeps it while the same key is loading again", async () => {
  const [first, second] = [createPromise<number>(), createPromise<number>()];
  const { result, rerender } = renderDeferred({ value: first.promise, key: "a" });
  expect(result.current).toBeUndefined();
  await act(async () => first.resolve(1));
  expect(result.current).toBe(1);
  rerender({ value: second.promise, key: "a" });
  expect(result.current).toBe(1);
  await act(async () => second.resolve(2));
  expect(result.current).toBe(2);
});

it("never returns a late value of another key", async () => {
  const [first, second] = [createPromise<number>(), createPromise<number>()];
  const { result, rerender } = renderDeferred({ value: first.promise, key: "a" });
  rerender({ value: second.promise, key: "b" });
  await act(async () => first.resolve(1));
  expect(result.current).toBeUndefined();
  await act(async () => second.resolve(2));
  expect(result.current).toBe(2);
});

it("stays undefined if the promise fails", async () => {
  const failing = createPromise<number>();
  const { result } = renderDeferred({ value: failing.promise, key: "a" });
  await act(async () => failing.reject(new Error("no database")));
  expect(result.current).toBeUndefined();
});
