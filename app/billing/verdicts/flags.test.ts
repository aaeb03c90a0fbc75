import { expect, it } from "vitest";
import { FLAG_CATALOGUE, FLAGS, isFlag } from "./flags";

it.each(FLAGS)("the flag %s has a label and a sentence of its own", (flag) => {
  const { label, sentence } = FLAG_CATALOGUE[flag];
  expect(label).toMatch(/^[A-Z][A-Za-z ]+$/);
  expect(sentence).toMatch(/^[A-Z][^!_]+\.$/);
  expect(FLAGS.filter((other) => FLAG_CATALOGUE[other].label === label)).toEqual([flag]);
});

it("only the id of a flag is a flag", () => {
  expect(isFlag("stale")).toBe(true);
  expect(isFlag("constructor")).toBe(false);
});
