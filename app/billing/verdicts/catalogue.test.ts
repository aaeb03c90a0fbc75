import { describe, expect, it } from "vitest";
import { decideAccess } from "~/billing/access";
import type { RatedSubscription } from "~/billing/choice";
import type { Mismatch } from "~/billing/mismatches";
import { ARMY, aComp, anArmyItem, aSubscription, CONTEXT } from "~/billing/testing/observations";
import { chooseVerdict, type Findings, isVerdict, VERDICT_CATALOGUE, VERDICTS } from "./catalogue";

const primary = (status: string, plan: RatedSubscription["plan"] = ARMY): RatedSubscription => {
  const subscription = aSubscription({ status });
  const { access, changesAt } = decideAccess(subscription, CONTEXT.policy, CONTEXT.now);
  const purchase = plan ? "plan" : "unmapped";
  return { subscription, item: anArmyItem(), plan, purchase, access, statusAccess: access, changesAt };
};
const mismatch = (field: Mismatch["field"], severity: Mismatch["severity"]): Mismatch => ({
  field,
  workspaceId: null,
  recorded: null,
  expected: null,
  severity,
});

/** Everything is wrong at once. */
const allWrong: Findings = {
  completelyObserved: false,
  linkConflict: true,
  missingInStripe: true,
  primary: primary("dormant", null),
  unmapped: primary("active", null),
  accessExpected: true,
  accessRecorded: false,
  hasPossibleMatch: true,
  comp: null,
  compIsOver: false,
  isWordUndecided: false,
  isGivenByHand: false,
  mismatches: [
    mismatch("user.plan", "high"),
    mismatch("workspace.status", "high"),
    mismatch("user.subscriptionStatus", "medium"),
    mismatch("user.currentPeriodEnd", "low"),
  ],
};

/** Each step removes what the verdict before it was for, and leaves what the later ones are for. */
const steps: Partial<Findings>[] = [
  {},
  { completelyObserved: true },
  { linkConflict: false },
  { missingInStripe: false },
  { primary: primary("active", null) },
  { primary: primary("active"), unmapped: null },
  { accessExpected: false, accessRecorded: true },
  { accessRecorded: false },
  { hasPossibleMatch: false, accessExpected: true, accessRecorded: true },
  {
    mismatches: [
      mismatch("workspace.status", "high"),
      mismatch("user.subscriptionStatus", "medium"),
      mismatch("user.currentPeriodEnd", "low"),
    ],
  },
  { mismatches: [mismatch("user.subscriptionStatus", "medium"), mismatch("user.currentPeriodEnd", "low")] },
  { mismatches: [mismatch("user.currentPeriodEnd", "low")] },
  { mismatches: [] },
  { primary: null, accessExpected: false, accessRecorded: false },
];

function applySteps(some: readonly Partial<Findings>[]): Findings {
  let findings = allWrong;
  for (const step of some) findings = { ...findings, ...step };
  return findings;
}

describe("the verdict", () => {
  it("is the first that fits, in the order of the rules", () => {
    expect(VERDICTS).toEqual([
      "not_checked",
      "link_conflict",
      "missing_in_stripe",
      "unknown_status",
      "unmapped_price",
      "locked_out",
      "unpaid_access",
      "possible_match",
      "plan_mismatch",
      "access_mismatch",
      "status_mismatch",
      "detail_mismatch",
      "in_sync",
      "no_subscription",
    ]);
  });

  it.each(VERDICTS.map((verdict, index) => [verdict, index] as const))(
    "is %s when no earlier one fits",
    (verdict, index) => {
      expect(chooseVerdict(applySteps(steps.slice(0, index + 1)))).toBe(verdict);
    },
  );

  it("is in_sync for a comp that runs, and nothing that differs", () => {
    expect(chooseVerdict({ ...applySteps(steps), comp: aComp() })).toBe("in_sync");
  });
});

describe("an entry of the catalogue", () => {
  it.each(VERDICTS)("%s has its own words", (verdict) => {
    const { label, group, action } = VERDICT_CATALOGUE[verdict];
    expect(label).toMatch(/^[A-Z][A-Za-z ]+$/);
    for (const text of [group.one, group.many, action]) expect(text).toMatch(/^[a-zS][^_.!]+$/);
    expect(VERDICTS.filter((other) => VERDICT_CATALOGUE[other].label === label)).toEqual([verdict]);
  });

  it("of review or in sync never repairs: its action says that nothing is changed", () => {
    for (const verdict of VERDICTS) {
      const { class: kind, action } = VERDICT_CATALOGUE[verdict];
      const isUnchanged = kind === "review" || kind === "in_sync";
      expect(action === "nothing will be changed", verdict).toBe(isUnchanged);
    }
  });

  it("is found only for the id of a verdict", () => {
    expect(isVerdict("locked_out")).toBe(true);
    expect(isVerdict("toString")).toBe(false);
  });
});
