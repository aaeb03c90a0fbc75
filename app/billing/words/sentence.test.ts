import { describe, expect, it } from "vitest";
import { evaluate } from "~/billing/evaluation/evaluate";
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
  aLink,
  aLockedWorkspace,
  anArmyItem,
  anOpenWorkspace,
  anUnmappedItem,
  aRecord,
  aRecordInSync,
  aSnapshot,
  aStarterItem,
  aSubscription,
  CONTEXT,
  DAY,
  NOW,
} from "~/billing/testing/observations";
import type { Verdict } from "~/billing/verdicts/catalogue";
import { describeEvaluation } from "./sentence";

/** The verdict and its sentence. */
function describeSnapshot(changes: Partial<UserSnapshot>): [Verdict, string] {
  const snapshot = aSnapshot(changes);
  const evaluation = evaluate(snapshot, CONTEXT);
  return [evaluation.verdict, describeEvaluation(evaluation, snapshot.record)];
}
const describeRecord = (record: UserRecord, ...subscriptions: Subscription[]) =>
  describeSnapshot({ record, customers: [aCustomer({ subscriptions })] });
const createCandidate = (id: string) => ({
  customer: aCustomer({ id, subscriptions: [aSubscription({ id: `sub_${id}` })] }),
  linkedUserIds: [],
});

describe("the sentence", () => {
  it("of a user who has not been checked", () => {
    expect(describeSnapshot({ coverage: { fullRun: false, address: false } })).toEqual([
      "not_checked",
      "Stripe has not been read completely for this user yet. Sync will read Stripe first.",
    ]);
  });

  it("of a conflict names the customer", () => {
    const edges = [aLink("cus_1"), aLink("cus_1", { userId: "u_2" })];
    expect(describeSnapshot({ customers: [aCustomer({})], edges })).toEqual([
      "link_conflict",
      "The Stripe customer cus_1 is linked to 2 users at once. Decide which user it belongs to. Until then nothing is changed.",
    ]);
  });

  it("of a customer that is missing in Stripe says what Stripe does not find", () => {
    expect(
      describeSnapshot({ record: aRecordInSync(), customers: [aCustomer({ state: "missing" })] }),
    ).toEqual([
      "missing_in_stripe",
      "Stripe has no customer cus_1. Nothing is changed: this may be the wrong account, or a customer that was removed.",
    ]);
    const deleted = [aCustomer({ state: "deleted" })];
    expect(describeSnapshot({ record: aRecordInSync(), customers: deleted })[1]).toBe(
      "The customer cus_1 was deleted in Stripe, and Stripe no longer lists the subscription sub_1. Nothing is changed until staff decide.",
    );
    expect(describeSnapshot({ record: aRecordInSync({ billing: null }), customers: deleted })[1]).toBe(
      "The customer cus_1 was deleted in Stripe, and Stripe lists no subscription of it. Nothing is changed until staff decide.",
    );
    expect(describeRecord(aRecordInSync())[1]).toBe(
      "The database records the subscription sub_1, which Stripe does not list for this customer. Nothing is changed until staff decide.",
    );
  });

  it("of an unknown status quotes it", () => {
    expect(describeRecord(aRecord(), aSubscription({ status: "dormant" }))).toEqual([
      "unknown_status",
      'Stripe calls the subscription "dormant", a status that Parity does not know. Nothing is changed until staff decide.',
    ]);
  });

  it("of an unmapped price names it", () => {
    expect(describeRecord(aRecord(), aSubscription({ items: [anUnmappedItem()] }))).toEqual([
      "unmapped_price",
      "Has paid $200/year, but the price price_other is not mapped to a plan. Nothing is changed until it is mapped or ignored.",
    ]);
    expect(describeRecord(aRecord(), aSubscription({ items: [] }))[1]).toBe(
      "Stripe lists no price for the subscription, so its plan is not known. Nothing is changed until staff decide.",
    );
  });

  it("of a user who is locked out says what is paid, what the database says, and what Sync will do", () => {
    expect(describeRecord(aRecord(), aSubscription())).toEqual([
      "locked_out",
      "Has paid $200/year for Army since 3 Nov 2026. The database has no subscription, so the workspace is locked. Sync will unlock the workspace with 5 soldiers.",
    ]);
    const starter = aSubscription({ items: [aStarterItem({ quantity: 2, currency: "eur" })] });
    const canceled = aCanceledRecord({ workspaces: [aLockedWorkspace("w_1"), aLockedWorkspace("w_2")] });
    expect(describeRecord(canceled, starter)[1]).toBe(
      'Has paid €40/month for Starter since 3 Nov 2026. The database says "canceled", so no workspace can be used. Sync will unlock 2 workspaces with 1 soldier each.',
    );
    expect(describeRecord(aRecordInSync({ workspaces: [aLockedWorkspace()] }), aSubscription())[1]).toContain(
      'The database says "active", but the workspace is locked. Sync will unlock',
    );
    expect(describeRecord(aRecordInSync({ workspaces: [anOpenWorkspace(0)] }), aSubscription())[1]).toContain(
      'The database says "active", but the workspace has no soldiers. Sync will set the workspace to 5 soldiers.',
    );
    expect(describeRecord(aRecord({ workspaces: [] }), aSubscription())[1]).toContain(
      'The database has no subscription, so there is no access. Sync will record the status "active".',
    );
  });

  it("of a user who is locked out does not say that a trial or an overdue invoice is paid", () => {
    expect(describeRecord(aRecord(), aSubscription({ status: "trialing" }))[1]).toMatch(
      /^On a trial of \$200\/year for Army since/,
    );
    const overdue = aSubscription({ status: "past_due", pastDueSince: NOW - 2 * DAY });
    expect(describeRecord(aRecord(), overdue)[1]).toMatch(
      /^Owes \$200\/year for Army since 3 Nov 2026, overdue, with grace until 15 Nov 2026\. /,
    );
    const tiered = aSubscription({ items: [anArmyItem({ unitAmount: null })] });
    expect(describeRecord(aRecord(), tiered)[1]).toMatch(/^Has paid a tiered price for Army since/);
  });

  it("of a possible match says what to do, with the right plural", () => {
    const record = aRecord({ emailVerified: false });
    expect(describeSnapshot({ record, emailCandidates: [createCandidate("cus_8")] })).toEqual([
      "possible_match",
      "A paying Stripe customer has this email address, but nothing proves that it is this user. Confirm the link to give access.",
    ]);
    expect(
      describeSnapshot({ record, emailCandidates: [createCandidate("cus_8"), createCandidate("cus_9")] })[1],
    ).toBe(
      "2 paying Stripe customers have this email address, but nothing proves that one is this user. Confirm the right link to give access.",
    );
  });

  it("of access without payment says why, and that Stripe is read once more", () => {
    expect(describeRecord(aRecordInSync(), aCanceledSubscription())).toEqual([
      "unpaid_access",
      "The subscription in Stripe ended on 8 Nov 2026. The database still gives access. A repair will lock the workspace, once a fresh read of Stripe confirms it.",
    ]);
    const two = aRecordInSync({
      workspaces: [anOpenWorkspace(5, "w_1"), anOpenWorkspace(1, "w_2"), aLockedWorkspace("w_3")],
    });
    const overdue = aSubscription({ status: "past_due", pastDueSince: NOW - 20 * DAY });
    expect(describeRecord(two, overdue)[1]).toBe(
      "The payment is overdue and the days of grace are over. The database still gives access. A repair will lock 2 workspaces, once a fresh read of Stripe confirms it.",
    );
    expect(describeRecord(aRecordInSync(), aSubscription({ status: "unpaid" }))[1]).toMatch(
      /^Stripe calls the subscription "unpaid", which gives no access\. /,
    );
    expect(describeRecord(aRecord({ workspaces: [anOpenWorkspace(1)] }))[1]).toMatch(
      /^Stripe has no current subscription for this user\. /,
    );
    expect(describeRecord(aRecord({ user: { subscriptionStatus: "active" }, workspaces: [] }))[1]).toContain(
      "Sync will change nothing; an admin can approve it.",
    );
  });

  it("of another plan or price says which of the two", () => {
    expect(
      describeRecord(
        aRecordInSync({ user: { plan: "starter" }, workspaces: [anOpenWorkspace(1)] }),
        aSubscription(),
      ),
    ).toEqual([
      "plan_mismatch",
      'Stripe says Army at $200/year; the database says "starter". Sync will set the workspace to 5 soldiers.',
    ]);
    const row = (changes: Parameters<typeof aBillingRow>[0]) =>
      describeRecord(aRecordInSync({ billing: aBillingRow(changes) }), aSubscription())[1];
    expect(row({ amount: 15_000 })).toBe(
      "Stripe says Army at $200/year; the database says $150/year. Sync will correct the record.",
    );
    expect(row({ amount: null })).toContain("the database says no amount.");
    expect(row({ stripePriceId: "price_old" })).toContain("the database says another price.");
    expect(row({ plan: null })).toContain("the database says no plan.");
  });

  it("of a workspace that does not match its plan says how it is", () => {
    expect(describeRecord(aRecordInSync({ workspaces: [anOpenWorkspace(1)] }), aSubscription())).toEqual([
      "access_mismatch",
      "Stripe says Army at $200/year, but the workspace is active with 1 soldier. Sync will set the workspace to 5 soldiers.",
    ]);
    const three = [anOpenWorkspace(5, "w_1"), aLockedWorkspace("w_2"), anOpenWorkspace(1, "w_3")];
    expect(describeRecord(aRecordInSync({ workspaces: three }), aSubscription())[1]).toBe(
      "Stripe says Army at $200/year, but 2 of 3 workspaces do not match. Sync will set 2 workspaces to 5 soldiers each.",
    );
    expect(describeRecord(aRecordInSync({ workspaces: three.slice(0, 2) }), aSubscription())[1]).toBe(
      "Stripe says Army at $200/year, but 1 of 2 workspaces does not match. Sync will unlock one workspace with 5 soldiers.",
    );
    const odd = { id: "w_1", status: "locked", seats: 3 };
    expect(describeRecord(aCanceledRecord({ workspaces: [odd] }), aCanceledSubscription())[1]).toBe(
      'Stripe says "canceled", which gives no access, but the workspace is locked with 3 soldiers. Sync will lock the workspace.',
    );
  });

  it("of a comp says until when, or that it is over", () => {
    expect(describeSnapshot({ comps: [aComp()] })).toEqual([
      "access_mismatch",
      "Starter is given for free until 10 Dec 2026, but the workspace is locked. Sync will unlock the workspace with 1 soldier.",
    ]);
    const ended = aComp({ plan: ARMY, expiresAt: NOW, applied: true });
    expect(
      describeSnapshot({ record: aRecord({ workspaces: [anOpenWorkspace(5)] }), comps: [ended] })[1],
    ).toBe(
      "The free access is over. A repair will lock the workspace, once a fresh read of Stripe confirms it.",
    );
    const paying = [aCustomer({ subscriptions: [aSubscription()] })];
    const record = aRecordInSync({ workspaces: [anOpenWorkspace(1)] });
    expect(
      describeSnapshot({ record, customers: paying, comps: [{ ...ended, plan: aComp().plan }] })[1],
    ).toMatch(/^Stripe says Army at \$200\/year, but the workspace is active with 1 soldier\. Sync will set/);
  });

  it("of another status says both, and the planned end", () => {
    expect(
      describeRecord(aRecordInSync({ user: { subscriptionStatus: "trialing" } }), aSubscription()),
    ).toEqual([
      "status_mismatch",
      'Stripe says "active"; the database says "trialing". Access is right. Sync will record the status "active".',
    ]);
    expect(describeRecord(aRecordInSync(), aSubscription({ cancelAt: NOW + 5 * DAY }))[1]).toBe(
      'Stripe says "active", ending on 15 Nov 2026; the database has no end. Access is right. Sync will correct the record.',
    );
    expect(describeRecord(aRecordInSync({ user: { cancelAtPeriodEnd: true } }), aSubscription())[1]).toBe(
      'Stripe says "active", with no end planned; the database says that it ends. Access is right. Sync will correct the record.',
    );
    expect(
      describeRecord(aRecordInSync({ billing: aBillingRow({ status: "trialing" }) }), aSubscription())[1],
    ).toBe(
      'Stripe and the user’s fields say "active"; the stored subscription says "trialing". Access is right. Sync will correct the record.',
    );
    const locked = aCanceledRecord({ user: { subscriptionStatus: "active" } });
    expect(describeRecord(locked, aCanceledSubscription())[1]).toBe(
      'Stripe says "canceled"; the database says "active". A repair will record the status "canceled", once a fresh read of Stripe confirms it.',
    );
  });

  it("of details says that the rest is right", () => {
    expect(describeRecord(aRecordInSync({ user: { currentPeriodEnd: 1 } }), aSubscription())).toEqual([
      "detail_mismatch",
      "Access, plan and status are right. Some details, such as ids or period dates, are not; Sync will correct them.",
    ]);
    const longer = aCanceledRecord({ user: { currentPeriodEnd: NOW + 999 * DAY } });
    expect(describeRecord(longer, aCanceledSubscription())[1]).toMatch(
      /a repair will correct them, once a fresh read of Stripe confirms it\.$/,
    );
  });

  it("of a user that Stripe does not know says what is recorded all the same", () => {
    expect(describeRecord(aRecord())[1]).toBe("No subscription in Stripe and none in the database.");
    const user = { plan: "enterprise", subscriptionStatus: "ACTIVE" };
    expect(describeRecord(aRecord({ user }))).toEqual([
      "no_subscription",
      'No subscription in Stripe. The database records the plan "enterprise" and the status "ACTIVE"; Stripe says nothing about it, so it stays.',
    ]);
    expect(describeRecord(aRecord({ workspaces: [anOpenWorkspace()] }))[1]).toBe(
      "Stripe has no current subscription for this user. The database still gives access. Nothing in Stripe proves that it ended, so Sync will change nothing; an admin can approve it.",
    );
  });

  it("of a user in sync says what they have", () => {
    expect(describeRecord(aRecordInSync(), aSubscription())).toEqual([
      "in_sync",
      "In sync with Stripe: Army at $200/year.",
    ]);
    expect(describeRecord(aCanceledRecord(), aCanceledSubscription())[1]).toBe(
      'In sync with Stripe: the subscription is "canceled".',
    );
    expect(
      describeSnapshot({ record: aRecord({ workspaces: [anOpenWorkspace(1)] }), comps: [aComp()] })[1],
    ).toBe("In sync with Stripe. Starter is given for free until 10 Dec 2026.");
  });

  it("of a user without a subscription says so", () => {
    expect(describeSnapshot({})).toEqual([
      "no_subscription",
      "No subscription in Stripe and none in the database.",
    ]);
  });
});
