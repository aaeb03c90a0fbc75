import { expect, it, vi } from "vitest";
import { afterTurns } from "./after-turns.server";

it("time in which the process stood still does not count (case 37)", async () => {
  const giveUp = vi.fn();
  afterTurns(500, giveUp);
  const until = performance.now() + 700;
  while (performance.now() < until);
  // All timers that are due come before this.
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(giveUp).not.toHaveBeenCalled();
  await expect.poll(() => giveUp.mock.calls.length).toBe(1);
});
