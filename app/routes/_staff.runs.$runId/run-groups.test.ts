import { describe, expect, it } from "vitest";
import { buildPreviewPage, buildRunGroup, buildRunView } from "~/dashboard/testing/build-run";
import {
  computePace,
  countIntendedUsers,
  countUnchangedUsers,
  describeNothing,
  findNumberToType,
  isNumberTyped,
  splitGroups,
} from "./run-groups";

describe("the groups of a run", () => {
  const groups = [
    buildRunGroup({ outcome: "intended", users: 3 }),
    buildRunGroup({ outcome: "intended", users: 2, revokes: true }),
    buildRunGroup({ outcome: "blocked", users: 2 }),
    buildRunGroup({ outcome: "synced", users: 1 }),
    buildRunGroup({ outcome: "failed", users: 4 }),
  ];
  const splitOutcomes = (run: Parameters<typeof splitGroups>[0]["run"]) => {
    const { revocations, others, willNot } = splitGroups({ groups, run });
    return [revocations, others, willNot].map((each) => each.map(({ outcome }) => outcome));
  };

  it("are split into revocations, other changes, and what does not change", () => {
    expect(splitOutcomes(buildRunView({ mode: "preview" }))).toEqual([
      ["intended"],
      ["intended"],
      ["blocked", "synced", "failed"],
    ]);
    expect(countIntendedUsers({ groups })).toBe(5);
  });

  it("count what a run that writes still intends as not done", () => {
    expect(splitOutcomes(buildRunView({ state: "cancelled" }))).toEqual([
      [],
      ["synced"],
      ["intended", "intended", "blocked", "failed"],
    ]);
  });

  it("leave out users that an incremental run did not evaluate", () => {
    const found = [
      buildRunGroup({ outcome: "review", users: 2 }),
      buildRunGroup({ outcome: "blocked", users: 1 }),
      buildRunGroup({ outcome: "failed", users: 4 }),
    ];
    expect(countUnchangedUsers({ run: { review: 9 }, groups: found })).toBe(6);
    expect(countUnchangedUsers({ run: { review: 2 }, groups: found.slice(0, 1) })).toBe(0);
  });

  it("give a rate as soon as one user is done", () => {
    expect(computePace(0, 100, 5)).toBeNull();
    expect(computePace(50, 100, 5)).toEqual({ perSecond: 10, secondsLeft: 5 });
    expect(computePace(120, 100, 5)?.secondsLeft).toBe(0);
  });
});

describe("the words where a run has no users", () => {
  it("promise nothing for a run that ended early", () => {
    for (const mode of ["preview", "apply"] as const)
      for (const state of ["cancelled", "failed", "abandoned"] as const) {
        const words = JSON.stringify(describeNothing({ mode, state, unreached: 0, resultsRemoved: false }));
        expect(words).not.toMatch(/No changes|left out|Nothing would/);
        expect(words).toContain("Not known");
      }
    expect(
      describeNothing({ mode: "preview", state: "done", unreached: 0, resultsRemoved: false }).changed,
    ).toBe("No changes.");
    const removed = describeNothing({ mode: "preview", state: "done", unreached: 0, resultsRemoved: true });
    expect(removed.changed).toContain("Not kept any more");
  });
});

describe("the number that staff type", () => {
  const { plan: few } = buildPreviewPage({ users: 100 });
  const { plan: many } = buildPreviewPage({ users: 1204 });
  const { plan: taking } = buildPreviewPage({ users: 1204, revocations: 8 });
  it("is the number of repairs above 100, and always the number of users that lose access", () => {
    expect([few, many, taking].map((plan) => plan && findNumberToType(plan))).toEqual([null, 1204, 8]);
    expect(many && isNumberTyped(many, "1 204")).toBe(true);
    expect(taking && isNumberTyped(taking, "1204")).toBe(false);
  });
});
