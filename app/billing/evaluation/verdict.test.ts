import { describe, expect, it } from "vitest";
import { accessOf } from "~/billing/access";
import type { Counting } from "~/billing/choice";
import type { Mismatch } from "~/billing/mismatches";
import { ARMY, aComp, armyItem, aSubscription, CONTEXT } from "~/billing/testing/observations";
import { VERDICTS } from "~/billing/verdicts";
import { type Findings, verdictOf } from "./verdict";

const counting = (status: string, plan: Counting["plan"] = ARMY): Counting => {
  const subscription = aSubscription({ status });
  return { subscription, item: armyItem(), plan, ...accessOf(subscription, CONTEXT.policy, CONTEXT.now) };
};
const mismatch = (field: Mismatch["field"]): Mismatch => ({
  field,
  workspaceId: null,
  recorded: null,
  expected: null,
  severity: "low",
});

/** Each step takes away what the verdict before it was for, and leaves all that the later ones are for. */
const steps: Partial<Findings>[] = [
  {
    completelyObserved: false,
    linkConflict: true,
    customerGone: true,
    counting: counting("dormant", null),
    accessExpected: true,
    accessRecorded: false,
    linkSuggested: true,
    comp: null,
    compIsOver: false,
    mismatches: [
      mismatch("user.plan"),
      mismatch("workspace.status"),
      mismatch("user.subscriptionStatus"),
      mismatch("user.currentPeriodEnd"),
    ],
  },
  { completelyObserved: true },
  { linkConflict: false },
  { customerGone: false },
  { counting: counting("active", null) },
  { counting: counting("active") },
  { accessExpected: false, accessRecorded: true },
  { linkSuggested: false },
  { accessExpected: true },
  {
    mismatches: [
      mismatch("workspace.status"),
      mismatch("user.subscriptionStatus"),
      mismatch("user.currentPeriodEnd"),
    ],
  },
  { mismatches: [mismatch("user.subscriptionStatus"), mismatch("user.currentPeriodEnd")] },
  { mismatches: [mismatch("user.currentPeriodEnd")] },
  { mismatches: [] },
  { counting: null, accessExpected: false, accessRecorded: false },
];

describe("the verdict", () => {
  it("is the first that fits, in the order of the product paper", () => {
    expect(VERDICTS).toEqual([
      "not_checked",
      "link_conflict",
      "missing_in_stripe",
      "unknown_status",
      "unmapped_price",
      "locked_out",
      "possible_match",
      "unpaid_access",
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
      const findings = Object.assign({}, ...steps.slice(0, index + 1)) as Findings;
      expect(verdictOf(findings)).toBe(verdict);
    },
  );

  it("is in_sync for a comp that runs, and nothing that differs", () => {
    const settled = { ...(Object.assign({}, ...steps) as Findings), comp: aComp() };
    expect(verdictOf(settled)).toBe("in_sync");
  });
});
