import { expect, it } from "vitest";
import { keepIfEqual } from "./keep-if-equal";

it("returns the same object when no field differs, and the new one otherwise", () => {
  const before = { name: "a", parent: null as object | null };
  expect(keepIfEqual(before, { ...before })).toBe(before);
  const after = { ...before, name: "b" };
  expect(keepIfEqual(before, after)).toBe(after);
  const withParent = { ...before, parent: {} };
  expect(keepIfEqual(withParent, { ...withParent, parent: {} })).not.toBe(withParent);
});
