import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BLOCK_REASONS } from "~/billing/evaluation/decide";
import { evaluate } from "~/billing/evaluation/evaluate";
import type { Subscription } from "~/billing/observation";
import type { UserRecord } from "~/billing/record";
import type { UserSnapshot } from "~/billing/snapshot";
import { contexts, PATIENT, runs } from "~/billing/testing/arbitraries";
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
  aSnapshot,
  aSubscription,
  CONTEXT,
  DAY,
  edge,
  locked,
  NOW,
  starterItem,
  unknownItem,
  unlocked,
} from "~/billing/testing/observations";
import { snapshots } from "~/billing/testing/snapshots";
import type { Verdict } from "~/billing/verdicts";
import { blockedSentence, SEVERITY_WORD, sentenceOf } from "./sentence";

/** The verdict and its sentence. */
function said(changes: Partial<UserSnapshot>): [Verdict, string] {
  const snapshot = aSnapshot(changes);
  const evaluation = evaluate(snapshot, CONTEXT);
  return [evaluation.verdict, sentenceOf(evaluation, snapshot.record)];
}
const of = (record: UserRecord, ...subscriptions: Subscription[]) =>
  said({ record, customers: [aCustomer({ subscriptions })] });
const candidate = (id: string) => ({
  customer: aCustomer({ id, subscriptions: [aSubscription({ id: `sub_${id}` })] }),
  linkedUserIds: [],
});

describe("the sentence", () => {
  it("of someone who has not been checked", () => {
    expect(said({ coverage: { pass: false, address: false } })).toEqual([
      "not_checked",
      "Stripe has not been read completely for this customer yet. Sync will read Stripe first.",
    ]);
  });

  it("of a conflict names the customer", () => {
    const edges = [edge("cus_1"), edge("cus_1", { userId: "u_2" })];
    expect(said({ edges })).toEqual([
      "link_conflict",
      "The Stripe customer cus_1 is linked to 2 users at once. Decide whose it is; until then nothing is changed.",
    ]);
  });

  it("of a customer that is gone says what Stripe does not find", () => {
    expect(said({ record: aRecordInSync(), customers: [aCustomer({ state: "missing" })] })).toEqual([
      "missing_in_stripe",
      "Stripe has no customer cus_1. Nothing is changed: this may be the wrong account, or a customer that was removed.",
    ]);
    const deleted = [aCustomer({ state: "deleted" })];
    expect(said({ record: aRecordInSync(), customers: deleted })[1]).toBe(
      "The customer cus_1 was deleted in Stripe, without the subscription sub_1. Nothing is changed until somebody decides.",
    );
    expect(said({ record: aRecordInSync({ billing: null }), customers: deleted })[1]).toBe(
      "The customer cus_1 was deleted in Stripe, without any subscription. Nothing is changed until somebody decides.",
    );
    expect(of(aRecordInSync())[1]).toBe(
      "The database records the subscription sub_1, which Stripe does not list for this customer. Nothing is changed until somebody decides.",
    );
  });

  it("of an unknown status quotes it", () => {
    expect(of(aRecord(), aSubscription({ status: "dormant" }))).toEqual([
      "unknown_status",
      'Stripe calls the subscription "dormant", a status that Parity does not know. Nothing is changed until somebody decides.',
    ]);
  });

  it("of an unknown price names it", () => {
    expect(of(aRecord(), aSubscription({ items: [unknownItem()] }))).toEqual([
      "unmapped_price",
      "Pays $200/year, but no plan claims the price price_other. Map the price to a plan; until then everything stays as it is.",
    ]);
    expect(of(aRecord(), aSubscription({ items: [] }))[1]).toBe(
      "Stripe lists no price for the subscription, so its plan is not known. Nothing is changed until somebody decides.",
    );
  });

  it("of someone locked out says what is paid, what the database says, and what Sync will do", () => {
    expect(of(aRecord(), aSubscription())).toEqual([
      "locked_out",
      "Pays $200/year for Army since 3 Nov 2026. The database has no subscription, so the workspace is locked. Sync will unlock the workspace with 5 soldiers.",
    ]);
    const starter = aSubscription({ items: [starterItem({ quantity: 2, currency: "eur" })] });
    const canceled = aCanceledRecord({ workspaces: [locked("w_1"), locked("w_2")] });
    expect(of(canceled, starter)[1]).toBe(
      'Pays €40/month for Starter since 3 Nov 2026. The database says "canceled", so no workspace can be used. Sync will unlock 2 workspaces with 1 soldier each.',
    );
    expect(of(aRecordInSync({ workspaces: [locked()] }), aSubscription())[1]).toContain(
      'The database says "active", but the workspace is locked. Sync will unlock',
    );
    expect(of(aRecordInSync({ workspaces: [unlocked(0)] }), aSubscription())[1]).toContain(
      'The database says "active", but the workspace has no soldiers. Sync will set the workspace to 5 soldiers.',
    );
    expect(of(aRecord({ workspaces: [] }), aSubscription())[1]).toContain(
      'The database has no subscription, so there is no access. Sync will record the status "active".',
    );
  });

  it("of someone locked out does not say that a trial or an overdue invoice is paid", () => {
    expect(of(aRecord(), aSubscription({ status: "trialing" }))[1]).toMatch(
      /^Has a trial at \$200\/year for Army since/,
    );
    const overdue = aSubscription({ status: "past_due", pastDueSince: NOW - 2 * DAY });
    expect(of(aRecord(), overdue)[1]).toMatch(
      /^Owes \$200\/year for Army since 3 Nov 2026, overdue, with grace until 15 Nov 2026\. /,
    );
    const tiered = aSubscription({ items: [armyItem({ unitAmount: null })] });
    expect(of(aRecord(), tiered)[1]).toMatch(/^Pays a tiered price for Army since/);
  });

  it("of a suggested link says what to do, with the right plural", () => {
    const record = aRecord({ emailVerified: false });
    expect(said({ record, emailCandidates: [candidate("cus_8")] })).toEqual([
      "possible_match",
      "A paying Stripe customer has this e-mail address, but nothing proves that it is this user. Confirm the link to give access.",
    ]);
    expect(said({ record, emailCandidates: [candidate("cus_8"), candidate("cus_9")] })[1]).toBe(
      "2 paying Stripe customers have this e-mail address, but nothing proves that one is this user. Confirm the right link to give access.",
    );
  });

  it("of access without payment says why, and that Stripe is asked once more", () => {
    expect(of(aRecordInSync(), aCanceledSubscription())).toEqual([
      "unpaid_access",
      "The subscription in Stripe ended on 8 Nov 2026. The database still gives access. Sync will lock the workspace, once a fresh read of Stripe confirms it.",
    ]);
    const two = aRecordInSync({ workspaces: [unlocked(5, "w_1"), unlocked(1, "w_2"), locked("w_3")] });
    const overdue = aSubscription({ status: "past_due", pastDueSince: NOW - 20 * DAY });
    expect(of(two, overdue)[1]).toBe(
      "The payment is overdue and the days of grace are over. The database still gives access. Sync will lock 2 workspaces, once a fresh read of Stripe confirms it.",
    );
    expect(of(aRecordInSync(), aSubscription({ status: "unpaid" }))[1]).toMatch(
      /^Stripe calls the subscription "unpaid", which gives no access\. /,
    );
    expect(of(aRecord({ workspaces: [unlocked(1)] }))[1]).toMatch(
      /^Stripe has no subscription that counts\. /,
    );
    expect(of(aRecord({ user: { subscriptionStatus: "active" }, workspaces: [] }))[1]).toContain(
      "Sync will clear the status, once",
    );
  });

  it("of another plan or price says which of the two", () => {
    expect(
      of(aRecordInSync({ user: { plan: "starter" }, workspaces: [unlocked(1)] }), aSubscription()),
    ).toEqual([
      "plan_mismatch",
      'Stripe says Army at $200/year; the database says "starter". Sync will set the workspace to 5 soldiers.',
    ]);
    const row = (changes: Parameters<typeof aBillingRow>[0]) =>
      of(aRecordInSync({ billing: aBillingRow(changes) }), aSubscription())[1];
    expect(row({ amount: 15_000 })).toBe(
      "Stripe says Army at $200/year; the database says $150/year. Sync will correct the record.",
    );
    expect(row({ amount: null })).toContain("the database says a tiered price.");
    expect(row({ stripePriceId: "price_old" })).toContain("the database says another price.");
    expect(row({ plan: null })).toContain("the database says no plan.");
  });

  it("of a workspace that does not follow says how it is", () => {
    expect(of(aRecordInSync({ workspaces: [unlocked(1)] }), aSubscription())).toEqual([
      "access_mismatch",
      "Stripe says Army at $200/year, but the workspace is active with 1 soldier. Sync will set the workspace to 5 soldiers.",
    ]);
    const three = [unlocked(5, "w_1"), locked("w_2"), unlocked(1, "w_3")];
    expect(of(aRecordInSync({ workspaces: three }), aSubscription())[1]).toBe(
      "Stripe says Army at $200/year, but 2 of 3 workspaces do not follow. Sync will set 2 workspaces to 5 soldiers each.",
    );
    expect(of(aRecordInSync({ workspaces: three.slice(0, 2) }), aSubscription())[1]).toBe(
      "Stripe says Army at $200/year, but 1 of 2 workspaces does not follow. Sync will unlock one workspace with 5 soldiers.",
    );
    const odd = { id: "w_1", status: "locked", seats: 3 };
    expect(of(aCanceledRecord({ workspaces: [odd] }), aCanceledSubscription())[1]).toBe(
      'Stripe says "canceled", which gives no access, but the workspace is locked with 3 soldiers. Sync will lock the workspace.',
    );
    expect(of(aRecord({ workspaces: [odd] }))[1]).toMatch(/^There is no subscription, but the workspace is/);
  });

  it("of a comp says until when, or that it is over", () => {
    expect(said({ comps: [aComp()] })).toEqual([
      "access_mismatch",
      "Starter is given for free until 10 Dec 2026, but the workspace is locked. Sync will unlock the workspace with 1 soldier.",
    ]);
    const ended = aComp({ plan: ARMY, expiresAt: NOW, applied: true });
    expect(said({ record: aRecord({ workspaces: [unlocked(5)] }), comps: [ended] })[1]).toBe(
      "The free access is over. Sync will lock the workspace, once a fresh read of Stripe confirms it.",
    );
    const paying = [aCustomer({ subscriptions: [aSubscription()] })];
    const record = aRecordInSync({ workspaces: [unlocked(1)] });
    expect(said({ record, customers: paying, comps: [{ ...ended, plan: aComp().plan }] })[1]).toMatch(
      /^Stripe says Army at \$200\/year, but the workspace is active with 1 soldier\. Sync will set/,
    );
  });

  it("of another status says both, and the planned end", () => {
    expect(of(aRecordInSync({ user: { subscriptionStatus: "trialing" } }), aSubscription())).toEqual([
      "status_mismatch",
      'Stripe says "active"; the database says "trialing". Access is right. Sync will record the status "active".',
    ]);
    expect(of(aRecordInSync(), aSubscription({ cancelAt: NOW + 5 * DAY }))[1]).toBe(
      'Stripe says "active", ending on 15 Nov 2026; the database does not know of the end. Access is right. Sync will correct the record.',
    );
    expect(of(aRecordInSync({ user: { cancelAtPeriodEnd: true } }), aSubscription())[1]).toBe(
      'Stripe says "active", with no end planned; the database says that it ends. Access is right. Sync will correct the record.',
    );
    expect(of(aRecordInSync({ billing: aBillingRow({ status: "trialing" }) }), aSubscription())[1]).toBe(
      'Stripe and the user\'s fields say "active"; the billing row says "trialing". Access is right. Sync will correct the record.',
    );
    expect(of(aRecord({ user: { subscriptionStatus: "active" } }))[1]).toBe(
      'Stripe says nothing; the database says "active". Sync will clear the status, once a fresh read of Stripe confirms it.',
    );
  });

  it("of details says that the rest is right", () => {
    expect(of(aRecordInSync({ user: { currentPeriodEnd: 1 } }), aSubscription())).toEqual([
      "detail_mismatch",
      "Access, plan and status are right. Some details, such as ids or period dates, are not; Sync will correct them.",
    ]);
    expect(of(aRecord({ user: { plan: "army" } }))).toEqual([
      "detail_mismatch",
      "Access and status are right. The recorded plan or price is not; Sync will correct it.",
    ]);
  });

  it("of someone in sync says what they have", () => {
    expect(of(aRecordInSync(), aSubscription())).toEqual([
      "in_sync",
      "In sync with Stripe: Army at $200/year.",
    ]);
    expect(of(aCanceledRecord(), aCanceledSubscription())[1]).toBe(
      'In sync with Stripe: the subscription is "canceled".',
    );
    expect(said({ record: aRecord({ workspaces: [unlocked(1)] }), comps: [aComp()] })[1]).toBe(
      "In sync with Stripe. Starter is given for free until 10 Dec 2026.",
    );
  });

  it("of someone without a subscription says so", () => {
    expect(said({})).toEqual(["no_subscription", "No subscription in Stripe and none in the database."]);
  });
});

it("whatever the snapshot, the sentence is whole", PATIENT, () => {
  fc.assert(
    fc.property(snapshots, contexts, (snapshot, context) => {
      const sentence = sentenceOf(evaluate(snapshot, context), snapshot.record);
      expect(sentence).toMatch(/^[A-Z0-9].+[^.]\.$/);
      expect(sentence).not.toMatch(
        /undefined|null|NaN|Invalid|error|1970|!|\b1 (soldiers|workspaces|users)/i,
      );
    }),
    runs(700),
  );
});

describe("what is blocked", () => {
  it.each(BLOCK_REASONS)("%s is a sentence that says what was not done", (reason) => {
    expect(blockedSentence(reason)).toMatch(/^Not (changed|revoked): [^!]+\.$/);
    expect(blockedSentence(reason)).not.toMatch(/error|_/i);
  });

  it("is said differently for every reason", () => {
    expect(new Set(BLOCK_REASONS.map(blockedSentence)).size).toBe(BLOCK_REASONS.length);
  });
});

it("each severity has a word and a shape of its own", () => {
  const all = Object.values(SEVERITY_WORD);
  expect(new Set(all.map(({ word }) => word)).size).toBe(all.length);
  expect(new Set(all.map(({ shape }) => shape)).size).toBe(all.length);
  expect(SEVERITY_WORD.critical.shape + SEVERITY_WORD.high.shape + SEVERITY_WORD.low.shape).toBe("●▲○");
  expect(SEVERITY_WORD.none.shape + SEVERITY_WORD.review.shape).toBe("✓◆");
});
