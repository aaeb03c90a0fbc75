import { describe, expect, it } from "vitest";
import type { Subscription } from "~/billing/observation";
import type { UserRecord } from "~/billing/record";
import type { UserSnapshot } from "~/billing/snapshot";
import {
  ARMY,
  aBillingRow,
  aCanceledRecord,
  aCanceledSubscription,
  aComp,
  aCustomer,
  aLockedWorkspace,
  anArmyItem,
  anOpenWorkspace,
  aRecord,
  aRecordInSync,
  aSubscription,
  DAY,
  evaluateSnapshot,
  NOW,
} from "~/billing/testing/observations";
import { VERDICT_CATALOGUE, VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";

const customerWith = (...subscriptions: Subscription[]) => [aCustomer({ subscriptions })];
const evaluateVerdict = (changes: Partial<UserSnapshot>): Verdict => evaluateSnapshot(changes).verdict;
const chooseVerdictFor = (record: UserRecord, ...subscriptions: Subscription[]) =>
  evaluateVerdict({ record, customers: customerWith(...subscriptions) });
const possibleMatch = {
  customer: aCustomer({ id: "cus_9", subscriptions: [aSubscription()] }),
  linkedUserIds: [],
};

describe("locked_out", () => {
  it("is access expected and none recorded: locked out", () => {
    expect(chooseVerdictFor(aRecord(), aSubscription())).toBe("locked_out");
    expect(chooseVerdictFor(aRecordInSync({ workspaces: [aLockedWorkspace()] }), aSubscription())).toBe(
      "locked_out",
    );
    expect(chooseVerdictFor(aRecordInSync({ workspaces: [anOpenWorkspace(0)] }), aSubscription())).toBe(
      "locked_out",
    );
  });

  it("is not given when one of several workspaces is usable", () => {
    expect(
      chooseVerdictFor(
        aRecordInSync({ workspaces: [anOpenWorkspace(5), aLockedWorkspace("w_2")] }),
        aSubscription(),
      ),
    ).toBe("access_mismatch");
  });

  it("depends on the recorded status for a user without workspaces", () => {
    expect(chooseVerdictFor(aRecord({ workspaces: [] }), aSubscription())).toBe("locked_out");
    const canceled = aRecordInSync({ user: { subscriptionStatus: "canceled" }, workspaces: [] });
    expect(chooseVerdictFor(canceled, aSubscription())).toBe("locked_out");
    expect(chooseVerdictFor(aRecordInSync({ workspaces: [] }), aSubscription())).toBe("in_sync");
  });

  it("goes before a possible match", () => {
    const customers = customerWith(aSubscription({ id: "sub_2" }));
    expect(evaluateVerdict({ customers, emailCandidates: [possibleMatch] })).toBe("locked_out");
  });
});

describe("possible_match", () => {
  const unverified = { emailVerified: false };

  it("is no access expected, and an unlinked paying customer with this email", () => {
    expect(evaluateVerdict({ record: aRecord(unverified), emailCandidates: [possibleMatch] })).toBe(
      "possible_match",
    );
  });

  it("never hides access without payment: it stands beside it as a flag", () => {
    const record = aRecordInSync(unverified);
    const customers = customerWith(aCanceledSubscription());
    expect(evaluateSnapshot({ record, customers, emailCandidates: [possibleMatch] })).toMatchObject({
      verdict: "unpaid_access",
      flags: ["possible_match"],
      money: { kind: "leaking" },
    });
  });

  it("is not given where access is expected already", () => {
    const snapshot = { customers: customerWith(aSubscription()), emailCandidates: [possibleMatch] };
    expect(evaluateVerdict({ record: aRecordInSync(unverified), ...snapshot })).toBe("in_sync");
  });
});

describe("unpaid_access", () => {
  it.each(["canceled", "unpaid", "paused"])("is access recorded where Stripe says %s", (status) => {
    expect(chooseVerdictFor(aRecordInSync(), aSubscription({ status }))).toBe("unpaid_access");
  });

  it("is access recorded once grace is over", () => {
    const overdue = (pastDueSince: number) => aSubscription({ status: "past_due", pastDueSince });
    expect(chooseVerdictFor(aRecordInSync(), overdue(NOW - 7 * DAY))).toBe("unpaid_access");
    expect(chooseVerdictFor(aRecordInSync(), overdue(NOW - 7 * DAY + 1))).toBe("status_mismatch");
  });

  it("is access recorded for a user who never had a subscription", () => {
    expect(chooseVerdictFor(aRecord({ workspaces: [anOpenWorkspace(1)] }))).toBe("unpaid_access");
    const withoutWorkspaces = aRecord({ user: { subscriptionStatus: "trialing" }, workspaces: [] });
    expect(chooseVerdictFor(withoutWorkspaces)).toBe("unpaid_access");
  });

  it("is not given while a comp runs, nor when all that differs is what an ended comp gave", () => {
    const record = aCanceledRecord({ workspaces: [anOpenWorkspace(1)] });
    const customers = customerWith(aCanceledSubscription());
    const ended = { expiresAt: NOW, applied: true };
    expect(evaluateVerdict({ record, customers, comps: [aComp()] })).toBe("in_sync");
    expect(evaluateVerdict({ record, customers, comps: [aComp(ended)] })).toBe("access_mismatch");
    expect(evaluateVerdict({ record, customers, comps: [aComp({ expiresAt: NOW })] })).toBe("unpaid_access");
    const more = aCanceledRecord({ workspaces: [anOpenWorkspace(5)] });
    expect(evaluateVerdict({ record: more, customers, comps: [aComp(ended)] })).toBe("unpaid_access");
    const alsoActive = aRecordInSync({ workspaces: [anOpenWorkspace(1)] });
    expect(evaluateVerdict({ record: alsoActive, customers, comps: [aComp(ended)] })).toBe("unpaid_access");
  });
});

describe("plan_mismatch", () => {
  it.each([
    ["plan", { plan: "starter" }],
    ["price", { stripePriceId: "price_old" }],
    ["amount", { amount: 1 }],
    ["currency", { currency: "eur" }],
    ["interval", { interval: "month" }],
  ])("is another %s where both have access", (_, changes) => {
    expect(chooseVerdictFor(aRecordInSync({ billing: aBillingRow(changes) }), aSubscription())).toBe(
      "plan_mismatch",
    );
  });

  it("is another plan of the user, and goes before everything else that differs", () => {
    const record = aRecordInSync({
      user: { plan: "starter", subscriptionStatus: "trialing" },
      workspaces: [anOpenWorkspace(1)],
    });
    expect(chooseVerdictFor(record, aSubscription())).toBe("plan_mismatch");
  });

  it("is not given without access on both sides", () => {
    const record = aCanceledRecord({ billing: aBillingRow({ status: "canceled", amount: 1 }) });
    expect(chooseVerdictFor(record, aCanceledSubscription())).toBe("detail_mismatch");
  });
});

describe("access_mismatch", () => {
  it("is a workspace that does not match the plan", () => {
    expect(chooseVerdictFor(aRecordInSync({ workspaces: [anOpenWorkspace(1)] }), aSubscription())).toBe(
      "access_mismatch",
    );
    expect(
      chooseVerdictFor(aCanceledRecord({ workspaces: [anOpenWorkspace(0)] }), aCanceledSubscription()),
    ).toBe("access_mismatch");
  });

  it("is a comp that is not applied, also above what is paid", () => {
    expect(evaluateVerdict({ comps: [aComp()] })).toBe("access_mismatch");
    const record = aRecordInSync({ workspaces: [anOpenWorkspace(3)] });
    const comps = [aComp({ plan: ARMY })];
    expect(evaluateVerdict({ record, customers: customerWith(aSubscription()), comps })).toBe(
      "access_mismatch",
    );
  });

  it("goes before a status that differs", () => {
    const record = aRecordInSync({
      user: { subscriptionStatus: "trialing" },
      workspaces: [anOpenWorkspace(1)],
    });
    expect(chooseVerdictFor(record, aSubscription())).toBe("access_mismatch");
  });
});

describe("status_mismatch", () => {
  it("is another status or cancellation flag while access is right", () => {
    expect(
      chooseVerdictFor(aRecordInSync({ user: { subscriptionStatus: "trialing" } }), aSubscription()),
    ).toBe("status_mismatch");
    expect(chooseVerdictFor(aRecordInSync(), aSubscription({ cancelAt: NOW + DAY }))).toBe("status_mismatch");
    expect(chooseVerdictFor(aCanceledRecord(), aSubscription({ status: "unpaid" }))).toBe("status_mismatch");
  });

  it("goes before details", () => {
    const record = aRecordInSync({ user: { cancelAtPeriodEnd: true, currentPeriodEnd: 1 } });
    expect(chooseVerdictFor(record, aSubscription())).toBe("status_mismatch");
  });
});

describe("detail_mismatch", () => {
  it("is anything else: ids, period dates, a missing row", () => {
    expect(chooseVerdictFor(aRecordInSync({ user: { currentPeriodEnd: 1 } }), aSubscription())).toBe(
      "detail_mismatch",
    );
    expect(chooseVerdictFor(aRecordInSync({ user: { stripeCustomerId: null } }), aSubscription())).toBe(
      "detail_mismatch",
    );
    expect(chooseVerdictFor(aRecordInSync({ billing: null }), aSubscription())).toBe("detail_mismatch");
    const renewed = aSubscription({ items: [anArmyItem({ periodEnd: NOW + 700 * DAY })] });
    expect(chooseVerdictFor(aRecordInSync(), renewed)).toBe("detail_mismatch");
  });
});

describe("in_sync and no_subscription", () => {
  it("nothing differs, and a subscription counts or a comp runs", () => {
    expect(chooseVerdictFor(aRecordInSync(), aSubscription())).toBe("in_sync");
    expect(chooseVerdictFor(aCanceledRecord(), aCanceledSubscription())).toBe("in_sync");
    expect(evaluateVerdict({ record: aRecord({ workspaces: [anOpenWorkspace(1)] }), comps: [aComp()] })).toBe(
      "in_sync",
    );
    const scheduled = aRecordInSync({
      user: { cancelAtPeriodEnd: true },
      billing: aBillingRow({ cancelAtPeriodEnd: true }),
    });
    expect(chooseVerdictFor(scheduled, aSubscription({ cancelAtPeriodEnd: true }))).toBe("in_sync");
  });

  it("neither side has anything", () => {
    expect(chooseVerdictFor(aRecord())).toBe("no_subscription");
    expect(chooseVerdictFor(aRecord(), aSubscription({ status: "incomplete" }))).toBe("no_subscription");
  });
});

it("each verdict has the severity of the rules", () => {
  const severities = VERDICTS.map((verdict) => [verdict, VERDICT_CATALOGUE[verdict].severity]);
  expect(Object.fromEntries(severities)).toEqual({
    not_checked: "warning",
    link_conflict: "review",
    missing_in_stripe: "review",
    unknown_status: "review",
    unmapped_price: "review",
    locked_out: "critical",
    unpaid_access: "critical",
    possible_match: "review",
    plan_mismatch: "high",
    access_mismatch: "high",
    status_mismatch: "medium",
    detail_mismatch: "low",
    in_sync: "none",
    no_subscription: "none",
  });
});
