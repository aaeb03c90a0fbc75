import { describe, expect, it } from "vitest";
import type { Subscription } from "~/billing/observation";
import type { UserRecord } from "~/billing/record";
import type { Situation } from "~/billing/situation";
import {
  ARMY,
  aBillingRow,
  aCanceledRecord,
  aCanceledSubscription,
  aComp,
  aCustomer,
  aRecord,
  aRecordInStep,
  armyItem,
  aSubscription,
  DAY,
  judged,
  locked,
  NOW,
  unlocked,
} from "~/billing/testing/observations";
import { SEVERITY_OF, type Verdict } from "~/billing/verdicts";

const customerWith = (...subscriptions: Subscription[]) => [aCustomer({ subscriptions })];
const verdict = (changes: Partial<Situation>): Verdict => judged(changes).verdict;
const of = (record: UserRecord, ...subscriptions: Subscription[]) =>
  verdict({ record, customers: customerWith(...subscriptions) });
const suggested = {
  customer: aCustomer({ id: "cus_9", subscriptions: [aSubscription()] }),
  linkedUserIds: [],
};

describe("paid_not_recorded", () => {
  it("is access expected and none recorded: locked out", () => {
    expect(of(aRecord(), aSubscription())).toBe("paid_not_recorded");
    expect(of(aRecordInStep({ workspaces: [locked()] }), aSubscription())).toBe("paid_not_recorded");
    expect(of(aRecordInStep({ workspaces: [unlocked(0)] }), aSubscription())).toBe("paid_not_recorded");
  });

  it("is not when one of several workspaces is usable", () => {
    expect(of(aRecordInStep({ workspaces: [unlocked(5), locked("w_2")] }), aSubscription())).toBe(
      "access_differs",
    );
  });

  it("is by the recorded status for a user without workspaces", () => {
    expect(of(aRecord({ workspaces: [] }), aSubscription())).toBe("paid_not_recorded");
    const canceled = aRecordInStep({ user: { subscriptionStatus: "canceled" }, workspaces: [] });
    expect(of(canceled, aSubscription())).toBe("paid_not_recorded");
    expect(of(aRecordInStep({ workspaces: [] }), aSubscription())).toBe("in_sync");
  });

  it("goes before a suggested link", () => {
    const customers = customerWith(aSubscription({ id: "sub_2" }));
    expect(verdict({ customers, emailCandidates: [suggested] })).toBe("paid_not_recorded");
  });
});

describe("link_suggested", () => {
  const unverified = { emailVerified: false };

  it("is no access expected, and an unlinked paying customer with this e-mail", () => {
    expect(verdict({ record: aRecord(unverified), emailCandidates: [suggested] })).toBe("link_suggested");
  });

  it("goes before access without payment", () => {
    const record = aRecordInStep(unverified);
    const customers = customerWith(aCanceledSubscription());
    expect(verdict({ record, customers, emailCandidates: [suggested] })).toBe("link_suggested");
  });

  it("is not where access is expected already", () => {
    const situation = { customers: customerWith(aSubscription()), emailCandidates: [suggested] };
    expect(verdict({ record: aRecordInStep(unverified), ...situation })).toBe("in_sync");
  });
});

describe("recorded_not_paid", () => {
  it.each(["canceled", "unpaid", "paused"])("is access recorded where Stripe says %s", (status) => {
    expect(of(aRecordInStep(), aSubscription({ status }))).toBe("recorded_not_paid");
  });

  it("is access recorded once grace is over", () => {
    const overdue = (pastDueSince: number) => aSubscription({ status: "past_due", pastDueSince });
    expect(of(aRecordInStep(), overdue(NOW - 7 * DAY))).toBe("recorded_not_paid");
    expect(of(aRecordInStep(), overdue(NOW - 7 * DAY + 1))).toBe("status_differs");
  });

  it("is access recorded for someone who never had a subscription", () => {
    expect(of(aRecord({ workspaces: [unlocked(1)] }))).toBe("recorded_not_paid");
    const withoutWorkspaces = aRecord({ user: { subscriptionStatus: "trialing" }, workspaces: [] });
    expect(of(withoutWorkspaces)).toBe("recorded_not_paid");
  });

  it("is not while a comp runs, nor when what a comp gave is all that is over", () => {
    const record = aCanceledRecord({ workspaces: [unlocked(1)] });
    const customers = customerWith(aCanceledSubscription());
    const ended = { expiresAt: NOW, applied: true };
    expect(verdict({ record, customers, comps: [aComp()] })).toBe("in_sync");
    expect(verdict({ record, customers, comps: [aComp(ended)] })).toBe("access_differs");
    expect(verdict({ record, customers, comps: [aComp({ expiresAt: NOW })] })).toBe("recorded_not_paid");
    const more = aCanceledRecord({ workspaces: [unlocked(5)] });
    expect(verdict({ record: more, customers, comps: [aComp(ended)] })).toBe("recorded_not_paid");
    const alsoActive = aRecordInStep({ workspaces: [unlocked(1)] });
    expect(verdict({ record: alsoActive, customers, comps: [aComp(ended)] })).toBe("recorded_not_paid");
  });
});

describe("plan_differs", () => {
  it.each([
    ["plan", { plan: "starter" }],
    ["price", { stripePriceId: "price_old" }],
    ["amount", { amount: 1 }],
    ["currency", { currency: "eur" }],
    ["interval", { interval: "month" }],
  ])("is another %s where both have access", (_, changes) => {
    expect(of(aRecordInStep({ billing: aBillingRow(changes) }), aSubscription())).toBe("plan_differs");
  });

  it("is another plan of the user, and goes before everything else that differs", () => {
    const record = aRecordInStep({
      user: { plan: "starter", subscriptionStatus: "trialing" },
      workspaces: [unlocked(1)],
    });
    expect(of(record, aSubscription())).toBe("plan_differs");
  });

  it("is not without access on both sides", () => {
    const record = aCanceledRecord({ billing: aBillingRow({ status: "canceled", amount: 1 }) });
    expect(of(record, aCanceledSubscription())).toBe("details_differ");
  });
});

describe("access_differs", () => {
  it("is a workspace that does not follow", () => {
    expect(of(aRecordInStep({ workspaces: [unlocked(1)] }), aSubscription())).toBe("access_differs");
    expect(of(aCanceledRecord({ workspaces: [unlocked(0)] }), aCanceledSubscription())).toBe(
      "access_differs",
    );
  });

  it("is a comp that is not applied, also above what is paid", () => {
    expect(verdict({ comps: [aComp()] })).toBe("access_differs");
    const record = aRecordInStep({ workspaces: [unlocked(3)] });
    const comps = [aComp({ plan: ARMY })];
    expect(verdict({ record, customers: customerWith(aSubscription()), comps })).toBe("access_differs");
  });

  it("goes before a status that differs", () => {
    const record = aRecordInStep({ user: { subscriptionStatus: "trialing" }, workspaces: [unlocked(1)] });
    expect(of(record, aSubscription())).toBe("access_differs");
  });
});

describe("status_differs", () => {
  it("is another status or cancellation flag while access is right", () => {
    expect(of(aRecordInStep({ user: { subscriptionStatus: "trialing" } }), aSubscription())).toBe(
      "status_differs",
    );
    expect(of(aRecordInStep(), aSubscription({ cancelAt: NOW + DAY }))).toBe("status_differs");
    expect(of(aCanceledRecord(), aSubscription({ status: "unpaid" }))).toBe("status_differs");
  });

  it("goes before details", () => {
    const record = aRecordInStep({ user: { cancelAtPeriodEnd: true, currentPeriodEnd: 1 } });
    expect(of(record, aSubscription())).toBe("status_differs");
  });
});

describe("details_differ", () => {
  it("is anything else: ids, period dates, a missing row", () => {
    expect(of(aRecordInStep({ user: { currentPeriodEnd: 1 } }), aSubscription())).toBe("details_differ");
    expect(of(aRecordInStep({ user: { stripeCustomerId: null } }), aSubscription())).toBe("details_differ");
    expect(of(aRecordInStep({ billing: null }), aSubscription())).toBe("details_differ");
    const renewed = aSubscription({ items: [armyItem({ periodEnd: NOW + 700 * DAY })] });
    expect(of(aRecordInStep(), renewed)).toBe("details_differ");
  });
});

describe("in_sync and no_subscription", () => {
  it("nothing differs, and a subscription counts or a comp runs", () => {
    expect(of(aRecordInStep(), aSubscription())).toBe("in_sync");
    expect(of(aCanceledRecord(), aCanceledSubscription())).toBe("in_sync");
    expect(verdict({ record: aRecord({ workspaces: [unlocked(1)] }), comps: [aComp()] })).toBe("in_sync");
    const scheduled = aRecordInStep({
      user: { cancelAtPeriodEnd: true },
      billing: aBillingRow({ cancelAtPeriodEnd: true }),
    });
    expect(of(scheduled, aSubscription({ cancelAtPeriodEnd: true }))).toBe("in_sync");
  });

  it("neither side has anything", () => {
    expect(of(aRecord())).toBe("no_subscription");
    expect(of(aRecord(), aSubscription({ status: "incomplete" }))).toBe("no_subscription");
  });
});

it("each verdict has the severity of the product paper", () => {
  expect(SEVERITY_OF).toEqual({
    not_checked: "warning",
    link_conflict: "review",
    customer_gone: "review",
    unknown: "review",
    unknown_price: "review",
    paid_not_recorded: "critical",
    link_suggested: "review",
    recorded_not_paid: "critical",
    plan_differs: "high",
    access_differs: "high",
    status_differs: "medium",
    details_differ: "low",
    in_sync: "none",
    no_subscription: "none",
  });
});
