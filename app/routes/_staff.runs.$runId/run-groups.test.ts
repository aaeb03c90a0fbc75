import { describe, expect, it } from "vitest";
import type { RunGroup } from "~/dashboard/run-view.server";
import { computePace, countIntendedUsers, countUnchangedUsers, splitGroups } from "./run-groups";

const buildGroup = (outcome: RunGroup["outcome"], users: number): RunGroup => ({
  key: outcome,
  verdict: "plan_mismatch",
  outcome,
  reason: null,
  users,
  sentence: "",
});

describe("the groups of a run", () => {
  it("are split into changed and unchanged", () => {
    const groups = [
      buildGroup("intended", 3),
      buildGroup("blocked", 2),
      buildGroup("synced", 1),
      buildGroup("failed", 4),
    ];
    const { will, willNot } = splitGroups({ groups });
    expect(will.map(({ outcome }) => outcome)).toEqual(["intended", "synced"]);
    expect(willNot.map(({ outcome }) => outcome)).toEqual(["blocked", "failed"]);
    expect(countIntendedUsers({ groups })).toBe(3);
  });

  it("leave out users that an incremental run did not evaluate", () => {
    expect(
      countUnchangedUsers({
        run: { review: 9 },
        groups: [buildGroup("review", 2), buildGroup("blocked", 1), buildGroup("failed", 4)],
      }),
    ).toBe(6);
    expect(countUnchangedUsers({ run: { review: 2 }, groups: [buildGroup("review", 2)] })).toBe(0);
  });

  it("give a rate as soon as one user is done", () => {
    expect(computePace(0, 100, 5)).toBeNull();
    expect(computePace(50, 100, 5)).toEqual({ perSecond: 10, secondsLeft: 5 });
    expect(computePace(120, 100, 5)?.secondsLeft).toBe(0);
  });
});
