import { expect, it } from "vitest";
import { rememberLast } from "./last-counts.server";

it("gives the last count for a minute, and not one that took too long", async () => {
  let time = 0;
  const answers = [7, null];
  const { count, read } = rememberLast(
    async () => answers.shift() ?? null,
    () => time,
  );
  expect(read()).toBeNull();
  expect(await count()).toBe(7);
  time = 59_000;
  expect(await count()).toBeNull();
  expect(read()).toBe(7);
  time = 60_000;
  expect(read()).toBeNull();
});
