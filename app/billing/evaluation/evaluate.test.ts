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
  aRecord,
  aRecordInSync,
  armyItem,
  aSubscription,
  DAY,
  evaluated,
  locked,
  NOW,
  unlocked,
} from "~/billing/testing/observations";
import { SEVERITY_OF, type Verdict } from "~/billing/verdicts";

const customerWith = (...subscriptions: Subscription[]) => [aCustomer({ subscriptions })];
const verdict = (changes: Partial<UserSnapshot>): Verdict => evaluated(changes).verdict;
const of = (record: UserRecord, ...subscriptions: Subscription[]) =>
  verdict({ record, customers: customerWith(...subscriptions) });
const suggested = {
  customer: aCustomer({ id: "cus_9", subscriptions: [aSubscription()] }),
  linkedUserIds: [],
};

describe("locked_out", () => {
  it("is access expected and none recorded: locked out", () => {
    expect(of(aRecord(), aSubscription())).toBe("locked_out");
    expect(of(aRecordInSync({ workspaces: [locked()] }), aSubscription())).toBe("locked_out");
    expect(of(aRecordInSync({ workspaces: [unlocked(0)] }), aSubscription())).toBe("locked_out");
  });

  it("is not when one of several workspaces is usable", () => {
    expect(of(aRecordInSync({ workspaces: [unlocked(5), locked("w_2")] }), aSubscription())).toBe(
      "access_mismatch",
    );
  });

  it("is by the recorded status for a user without workspaces", () => {
    expect(of(aRecord({ workspaces: [] }), aSubscription())).toBe("locked_out");
    const canceled = aRecordInSync({ user: { subscriptionStatus: "canceled" }, workspaces: [] });
    expect(of(canceled, aSubscription())).toBe("locked_out");
    expect(of(aRecordInSync({ workspaces: [] }), aSubscription())).toBe("in_sync");
  });

  it("goes before a suggested link", () => {
    const customers = customerWith(aSubscription({ id: "sub_2" }));
    expect(verdict({ customers, emailCandidates: [suggested] })).toBe("locked_out");
  });
});

describe("possible_match", () => {
  const unverified = { emailVerified: false };

  it("is no access expected, and an unlinked paying customer with this e-mail", () => {
    expect(verdict({ record: aRecord(unverified), emailCandidates: [suggested] })).toBe("possible_match");
  });

  it("goes before access without payment", () => {
    const record = aRecordInSync(unverified);
    const customers = customerWith(aCanceledSubscription());
    expect(verdict({ record, customers, emailCandidates: [suggested] })).toBe("possible_match");
  });

  it("is not where access is expected already", () => {
    const snapshot = { customers: customerWith(aSubscription()), emailCandidates: [suggested] };
    expect(verdict({ record: aRecordInSync(unverified), ...snapshot })).toBe("in_sync");
  });
});

describe("unpaid_access", () => {
  it.each(["canceled", "unpaid", "paused"])("is access recorded where Stripe says %s", (status) => {
    expect(of(aRecordInSync(), aSubscription({ status }))).toBe("unpaid_access");
  });

  it("is access recorded once grace is over", () => {
    const overdue = (pastDueSince: number) => aSubscription({ status: "past_due", pastDueSince });
    expect(of(aRecordInSync(), overdue(NOW - 7 * DAY))).toBe("unpaid_access");
    expect(of(aRecordInSync(), overdue(NOW - 7 * DAY + 1))).toBe("status_mismatch");
  });

  it("is access recorded for someone who never had a subscription", () => {
    expect(of(aRecord({ workspaces: [unlocked(1)] }))).toBe("unpaid_access");
    const withoutWorkspaces = aRecord({ user: { subscriptionStatus: "trialing" }, workspaces: [] });
    expect(of(withoutWorkspaces)).toBe("unpaid_access");
  });

  it("is not while a comp runs, nor when what a comp gave is all that is over", () => {
    const record = aCanceledRecord({ workspaces: [unlocked(1)] });
    const customers = customerWith(aCanceledSubscription());
    const ended = { expiresAt: NOW, applied: true };
    expect(verdict({ record, customers, comps: [aComp()] })).toBe("in_sync");
    expect(verdict({ record, customers, comps: [aComp(ended)] })).toBe("access_mismatch");
    expect(verdict({ record, customers, comps: [aComp({ expiresAt: NOW })] })).toBe("unpaid_access");
    const more = aCanceledRecord({ workspaces: [unlocked(5)] });
    expect(verdict({ record: more, customers, comps: [aComp(ended)] })).toBe("unpaid_access");
    const alsoActive = aRecordInSync({ workspaces: [unlocked(1)] });
    expect(verdict({ record: alsoActive, customers, comps: [aComp(ended)] })).toBe("unpaid_access");
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
    expect(of(aRecordInSync({ billing: aBillingRow(changes) }), aSubscription())).toBe("plan_mismatch");
  });

  it("is another plan of the user, and goes before everything else that differs", () => {
    const record = aRecordInSync({
      user: { plan: "starter", subscriptionStatus: "trialing" },
      workspaces: [unlocked(1)],
    });
    expect(of(record, aSubscription())).toBe("plan_mismatch");
  });

  it("is not without access on both sides", () => {
    const record = aCanceledRecord({ billing: aBillingRow({ status: "canceled", amount: 1 }) });
    expect(of(record, aCanceledSubscription())).toBe("detail_mismatch");
  });
});

describe("access_mismatch", () => {
  it("is a workspace that does not follow", () => {
    expect(of(aRecordInSync({ workspaces: [unlocked(1)] }), aSubscription())).toBe("access_mismatch");
    expect(of(aCanceledRecord({ workspaces: [unlocked(0)] }), aCanceledSubscription())).toBe(
      "access_mismatch",
    );
  });

  it("is a comp that is not applied, also above what is paid", () => {
    expect(verdict({ comps: [aComp()] })).toBe("access_mismatch");
    const record = aRecordInSync({ workspaces: [unlocked(3)] });
    const comps = [aComp({ plan: ARMY })];
    expect(verdict({ record, customers: customerWith(aSubscription()), comps })).toBe("access_mismatch");
  });

  it("goes before a status that differs", () => {
    const record = aRecordInSync({ user: { subscriptionStatus: "trialing" }, workspaces: [unlocked(1)] });
    expect(of(record, aSubscription())).toBe("access_mismatch");
  });
});

describe("status_mismatch", () => {
  it("is another status or cancellation flag while access is right", () => {
    expect(of(aRecordInSync({ user: { subscriptionStatus: "trialing" } }), aSubscription())).toBe(
      "status_mismatch",
    );
    expect(of(aRecordInSync(), aSubscription({ cancelAt: NOW + DAY }))).toBe("status_mismatch");
    expect(of(aCanceledRecord(), aSubscription({ status: "unpaid" }))).toBe("status_mismatch");
  });

  it("goes before details", () => {
    const record = aRecordInSync({ user: { cancelAtPeriodEnd: true, currentPeriodEnd: 1 } });
    expect(of(record, aSubscription())).toBe("status_mismatch");
  });
});

describe("detail_mismatch", () => {
  it("is anything else: ids, period dates, a missing row", () => {
    expect(of(aRecordInSync({ user: { currentPeriodEnd: 1 } }), aSubscription())).toBe("detail_mismatch");
    expect(of(aRecordInSync({ user: { stripeCustomerId: null } }), aSubscription())).toBe("detail_mismatch");
    expect(of(aRecordInSync({ billing: null }), aSubscription())).toBe("detail_mismatch");
    const renewed = aSubscription({ items: [armyItem({ periodEnd: NOW + 700 * DAY })] });
    expect(of(aRecordInSync(), renewed)).toBe("detail_mismatch");
  });
});

describe("in_sync and no_subscription", () => {
  it("nothing differs, and a subscription counts or a comp runs", () => {
    expect(of(aRecordInSync(), aSubscription())).toBe("in_sync");
    expect(of(aCanceledRecord(), aCanceledSubscription())).toBe("in_sync");
    expect(verdict({ record: aRecord({ workspaces: [unlocked(1)] }), comps: [aComp()] })).toBe("in_sync");
    const scheduled = aRecordInSync({
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
    missing_in_stripe: "review",
    unknown_status: "review",
    unmapped_price: "review",
    locked_out: "critical",
    possible_match: "review",
    unpaid_access: "critical",
    plan_mismatch: "high",
    access_mismatch: "high",
    status_mismatch: "medium",
    detail_mismatch: "low",
    in_sync: "none",
    no_subscription: "none",
  });
});
