import { expect, it } from "vitest";
import { forEachInSlices, mapInSlices } from "./in-slices";

it("lets other work of the process run between slices, and keeps the order", async () => {
  const seen: string[] = [];
  setImmediate(() => seen.push("another's work"));
  await forEachInSlices(["a", "b", "c"], (item) => void seen.push(item), { sliceMs: 0 });
  expect(seen).toEqual(["a", "another's work", "b", "c"]);
});

it("transforms every item in its order", async () => {
  const numbers = [...Array(5_000).keys()];
  expect(await mapInSlices(numbers, (n) => n + 1)).toEqual(numbers.map((n) => n + 1));
});

it("ends with the error of an item", async () => {
  const fail = () => {
    throw new Error("This item is broken");
  };
  await expect(mapInSlices([1], fail)).rejects.toThrow("broken");
});
