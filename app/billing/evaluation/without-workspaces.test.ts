import { expect, it } from "vitest";
import { buildCatalogue } from "~/billing/plans";
import type { WriteMode } from "~/billing/policy";
import type { UserRecord } from "~/billing/record";
import type { UserSnapshot } from "~/billing/snapshot";
import {
  ARMY,
  aBillingRow,
  aCanceledSubscription,
  aCustomer,
  anArmyItem,
  anUnmappedItem,
  aRecord,
  aRecordInSync,
  aSnapshot,
  aStarterItem,
  aSubscription,
  CONTEXT,
  DAY,
  NOW,
  STARTER,
} from "~/billing/testing/observations";
import { describeEvaluation } from "~/billing/words/sentence";
import { decide } from "./decide";
import { evaluate } from "./evaluate";

const FREE = { id: "free", name: "Free", seats: 0 };
const MAPPINGS = [
  { planId: "starter", priceId: null, lookupKey: "starter_monthly" },
  { planId: "army", priceId: null, lookupKey: "army_yearly" },
  { planId: "free", priceId: "price_free", lookupKey: null },
];
const context = { ...CONTEXT, catalogue: buildCatalogue([STARTER, ARMY, FREE], MAPPINGS) };

/** A user without workspaces: the fields alone say who has access. */
function decideFor(
  record: Partial<UserRecord>,
  subscription: ReturnType<typeof aSubscription>,
  writeMode: WriteMode,
  rules = context,
) {
  const snapshot: UserSnapshot = aSnapshot({
    record: aRecord({ user: { stripeCustomerId: "cus_1" }, ...record, workspaces: [] }),
    customers: [aCustomer({ subscriptions: [subscription] })],
  });
  const evaluation = evaluate(snapshot, rules);
  const options = { automatic: true, revocationLimitHasRoom: true, approval: null };
  const decision = decide({ snapshot, evaluation, context: rules, writeMode, ...options });
  const sentence = describeEvaluation(evaluation, snapshot.record);
  return { verdict: evaluation.verdict, expected: evaluation.expected, decision, sentence };
}

const fields = (plan: string | null, subscriptionStatus: string | null) => ({
  user: { ...aRecordInSync().user, plan, subscriptionStatus },
});
const nothing = aSubscription({ items: [anArmyItem({ quantity: 0 })] });
const free = aSubscription({ items: [anUnmappedItem({ priceId: "price_free", unitAmount: 0 })] });
const starter = aSubscription({ items: [aStarterItem()] });
const BLOCKED = { kind: "blocked", reason: "grant_only", unlock: null };

it("a subscription of quantity 0 is not written as access beside the plan that was bought before", () => {
  const record = { ...fields("army", "canceled"), billing: aBillingRow({ status: "canceled" }) };
  const { decision, sentence } = decideFor(record, nothing, "grant_only");
  expect(decision).toMatchObject({
    kind: "repair",
    repair: {
      after: {
        user: { plan: "army", subscriptionStatus: "canceled" },
        billing: { status: "active", plan: null },
      },
      grants: false,
      revokes: false,
    },
  });
  expect(sentence).toContain('Stripe says "active"');
});

it.each(["active", "trialing"])(
  "access recorded as %j beside a plan of quantity 0 is not paid for",
  (status) => {
    const record = { ...fields("army", status), billing: aBillingRow() };
    expect(decideFor(record, nothing, "grant_only")).toMatchObject({
      verdict: "unpaid_access",
      decision: BLOCKED,
    });
    const { decision } = decideFor(record, nothing, "full");
    expect(decision).toMatchObject({
      kind: "repair",
      repair: { after: { user: { plan: "army", subscriptionStatus: null } }, revokes: true },
    });
  },
);

it.each<[string, string | null, string | null, typeof free]>([
  [
    "a plan with an own name, by a subscription that is over",
    "enterprise",
    "active",
    aCanceledSubscription(),
  ],
  ["no plan, by a plan without seats", null, "active", free],
  ["a smaller plan, by a plan without seats", "starter", "active", free],
])("what may be access is not taken in grant_only: %s", (_, plan, status, subscription) => {
  expect(decideFor(fields(plan, status), subscription, "grant_only").decision).toEqual(BLOCKED);
  expect(decideFor(fields(plan, status), subscription, "full").decision.kind).toBe("repair");
});

it.each(["ACTIVE", "lifetime"])(
  "the status %j decides about access and is not known: staff decide",
  (status) => {
    for (const subscription of [starter, free, aCanceledSubscription()])
      for (const mode of ["grant_only", "full"] as const)
        expect(decideFor(fields("enterprise", status), subscription, mode)).toMatchObject({
          verdict: "unknown_status",
          decision: { kind: "review" },
        });
  },
);

it("a payer keeps a plan with a name of the application's own, and gets access", () => {
  const record = fields("enterprise", "canceled");
  const { decision } = decideFor(record, starter, "grant_only");
  expect(decision).toMatchObject({
    kind: "repair",
    repair: {
      after: { user: { plan: "enterprise", subscriptionStatus: "active" } },
      grants: true,
      revokes: false,
    },
  });
});

it("a payer whose recorded plan has no seats gets the plan as well", () => {
  const { decision } = decideFor(fields("free", "canceled"), starter, "grant_only");
  expect(decision).toMatchObject({
    kind: "repair",
    repair: { after: { user: { plan: "starter" } }, revokes: false },
  });
});

it.each<[string, typeof free, number]>([
  [
    "an ended subscription",
    aCanceledSubscription({ items: [anArmyItem({ periodEnd: NOW - 2 * DAY })] }),
    NOW - 2 * DAY,
  ],
  ["a plan without seats", free, NOW + 358 * DAY],
  ["nothing bought", nothing, NOW + 358 * DAY],
])("a period of the row that is paid for is not cut short in grant_only by %s", (_, subscription, end) => {
  const base = fields("free", "canceled");
  const record = {
    user: { ...base.user, currentPeriodEnd: end },
    billing: aBillingRow({ status: "canceled", plan: "free", currentPeriodEnd: NOW + 3_000 * DAY }),
  };
  expect(decideFor(record, subscription, "grant_only").decision).toEqual(BLOCKED);
  const user = { ...base.user, currentPeriodEnd: NOW + 3_000 * DAY };
  expect(decideFor({ user }, subscription, "grant_only").decision).toEqual(BLOCKED);
});

it("something unmapped beside a plan of quantity 0 is for staff to decide, never a detail", () => {
  const both = aSubscription({ items: [anArmyItem({ quantity: 0 }), anUnmappedItem({ unitAmount: 1 })] });
  for (const status of ["active", "canceled", null])
    for (const billing of [null, aBillingRow(), aBillingRow({ status: "canceled" })])
      expect(decideFor({ ...fields("army", status), billing }, both, "full")).toMatchObject({
        verdict: "unmapped_price",
        decision: { kind: "review" },
      });
});

it("what unlocks a user while grants alone are made never replaces a status that lets in with one that may not", () => {
  const late = aSubscription({ status: "past_due", pastDueSince: NOW - DAY, items: [aStarterItem()] });
  const vocabulary = { ...CONTEXT.policy.vocabulary, statusesWithAccess: "not_said" as const };
  const silent = { ...context, policy: { ...context.policy, vocabulary } };
  const { decision } = decideFor(fields("free", "active"), late, "grant_only", silent);
  expect(decision).toMatchObject({
    kind: "blocked",
    unlock: { after: { user: { subscriptionStatus: "active", plan: "starter" } }, revokes: false },
  });
});
