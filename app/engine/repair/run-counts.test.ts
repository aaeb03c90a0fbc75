import { expect, it } from "vitest";
import { RUN_COUNTS } from "./run-counts";
import { RUN_OUTCOMES } from "./run-types";

it("every outcome of a user belongs to exactly one count of its run", () => {
  const counted = RUN_COUNTS.flatMap(({ outcomes }): string[] => [...outcomes]).sort();
  expect(counted).toEqual([...RUN_OUTCOMES, "in_sync"].sort());
});
