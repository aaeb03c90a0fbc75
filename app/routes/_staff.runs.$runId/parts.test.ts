import { describe, expect, it } from "vitest";
import type { RunGroup, RunView } from "~/dashboard/views";
import { computePace, intendedUsers, partsOf, usersAsBefore } from "./parts";

const group = (outcome: RunGroup["outcome"], users: number): RunGroup => ({
  key: outcome,
  verdict: "plan_mismatch",
  outcome,
  reason: null,
  users,
  sentence: "",
});

describe("what a run does", () => {
  it("is told apart from what it does not do", () => {
    const groups = [group("intended", 3), group("blocked", 2), group("synced", 1), group("failed", 4)];
    const { will, willNot } = partsOf({ groups });
    expect(will.map(({ outcome }) => outcome)).toEqual(["intended", "synced"]);
    expect(willNot.map(({ outcome }) => outcome)).toEqual(["blocked", "failed"]);
    expect(intendedUsers({ groups })).toBe(3);
  });

  it("leaves out users whom a tick did not look at: they count as they stand", () => {
    const run = { review: 9 } as RunView;
    expect(
      usersAsBefore({ run, groups: [group("review", 2), group("blocked", 1), group("failed", 4)] }),
    ).toBe(6);
    expect(usersAsBefore({ run: { review: 2 } as RunView, groups: [group("review", 2)] })).toBe(0);
  });

  it("has a pace as soon as something is done", () => {
    expect(computePace(0, 100, 5)).toBeNull();
    expect(computePace(50, 100, 5)).toEqual({ perSecond: 10, secondsLeft: 5 });
    expect(computePace(120, 100, 5)?.secondsLeft).toBe(0);
  });
});
