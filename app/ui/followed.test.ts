// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import { useFollowed } from "./followed";

type Props = { value: number | Promise<number>; of: string };

const follow = (props: Props) =>
  renderHook((now: Props) => useFollowed(now.value, now.of), { initialProps: props });
function later<T>() {
  let resolve = (_: T) => {};
  let reject = (_: Error) => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

it("has what is there already at once", () => {
  expect(follow({ value: 7, of: "a" }).result.current).toBe(7);
});

it("has what follows when it is there, and keeps it while the same is counted again", async () => {
  const [first, second] = [later<number>(), later<number>()];
  const { result, rerender } = follow({ value: first.promise, of: "a" });
  expect(result.current).toBeUndefined();
  await act(async () => first.resolve(1));
  expect(result.current).toBe(1);
  rerender({ value: second.promise, of: "a" });
  expect(result.current).toBe(1);
  await act(async () => second.resolve(2));
  expect(result.current).toBe(2);
});

it("never shows the count of one list beside another, however late it comes", async () => {
  const [first, second] = [later<number>(), later<number>()];
  const { result, rerender } = follow({ value: first.promise, of: "a" });
  rerender({ value: second.promise, of: "b" });
  await act(async () => first.resolve(1));
  expect(result.current).toBeUndefined();
  await act(async () => second.resolve(2));
  expect(result.current).toBe(2);
});

it("goes on without what could not be had", async () => {
  const failing = later<number>();
  const { result } = follow({ value: failing.promise, of: "a" });
  await act(async () => failing.reject(new Error("no database")));
  expect(result.current).toBeUndefined();
});
