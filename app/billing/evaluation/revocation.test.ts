import { describe, expect, it } from "vitest";
import type { Subscription } from "~/billing/observation";
import type { BillingState } from "~/billing/record";
import {
  aBillingRow,
  aCanceledSubscription,
  aCustomer,
  aLockedWorkspace,
  anOpenWorkspace,
  anUnmappedItem,
  aRecord,
  aRecordInSync,
  aStarterItem,
  aSubscription,
  CONTEXT,
  DAY,
  NOW,
} from "~/billing/testing/observations";
import { checkRevocationEvidence, compareAccess, type EvidenceInput } from "./revocation";

/** A record of Army, and a fresh complete read (version 10, after version 5) of its one customer. */
function evidence(subscriptions: Subscription[], changes: Partial<EvidenceInput> = {}) {
  return checkRevocationEvidence({
    recorded: aRecordInSync(),
    customers: [aCustomer({ subscriptions })],
    isContested: false,
    withholding: [],
    othersKnown: true,
    takesStatus: false,
    compIsOver: false,
    revocationVersion: 5,
    ...CONTEXT,
    ...changes,
  });
}

const ok = { ok: true };
const no = (reason: string) => ({ ok: false, reason });

describe("positive evidence for a revocation", () => {
  it.each(["canceled", "incomplete_expired", "unpaid", "paused", "incomplete"])(
    "is the recorded subscription listed as %s",
    (status) => {
      expect(evidence([aSubscription({ status })])).toEqual(ok);
    },
  );

  it("is the recorded subscription past due once grace is over, not before", () => {
    const overdue = (pastDueSince: number) => [aSubscription({ status: "past_due", pastDueSince })];
    expect(evidence(overdue(NOW - 8 * DAY))).toEqual(ok);
    expect(evidence(overdue(NOW - 6 * DAY))).toEqual(no("no_positive_evidence"));
  });

  it("is the recorded subscription with fewer seats than are recorded", () => {
    expect(evidence([aSubscription({ items: [aStarterItem()] })])).toEqual(ok);
    const one = aRecordInSync({
      user: { plan: "starter" },
      billing: aBillingRow({ plan: "starter" }),
      workspaces: [anOpenWorkspace(1)],
    });
    expect(evidence([aSubscription({ items: [aStarterItem()] })], { recorded: one })).toEqual(
      no("no_positive_evidence"),
    );
  });

  it("is no subscription with fewer seats where the status is taken, as by another one that is late", () => {
    const takesStatus = true;
    expect(evidence([aSubscription({ items: [aStarterItem()] })], { takesStatus })).toEqual(
      no("no_positive_evidence"),
    );
    expect(evidence([aCanceledSubscription()], { takesStatus })).toEqual(ok);
  });

  it("is not another subscription when one is recorded", () => {
    const other = aCanceledSubscription({ id: "sub_2" });
    expect(evidence([other])).toEqual(no("no_positive_evidence"));
    expect(evidence([other, aSubscription()])).toEqual(no("no_positive_evidence"));
  });

  it("is at least one such subscription when none is recorded", () => {
    const recorded = aRecordInSync({ billing: null });
    const other = aCanceledSubscription({ id: "sub_2" });
    expect(evidence([other, aSubscription({ id: "sub_3" })], { recorded })).toEqual(ok);
    expect(evidence([aSubscription()], { recorded })).toEqual(no("no_positive_evidence"));
  });

  it("is not an abandoned checkout, nor what is not ours, when none is recorded", () => {
    const recorded = aRecordInSync({ billing: null });
    for (const status of ["incomplete", "incomplete_expired"])
      expect(evidence([aSubscription({ status })], { recorded })).toEqual(no("no_positive_evidence"));
    const newsletter = aCanceledSubscription({ items: [{ ...aStarterItem(), priceId: "price_news" }] });
    const catalogue = { ...CONTEXT.catalogue, byPriceId: new Map([["price_news", null]]) };
    expect(evidence([newsletter], { recorded, catalogue })).toEqual(no("no_positive_evidence"));
  });

  it("is not an empty list", () => {
    expect(evidence([])).toEqual(no("no_positive_evidence"));
    expect(evidence([], { recorded: aRecordInSync({ billing: null }) })).toEqual(no("no_positive_evidence"));
    expect(evidence([], { customers: [] })).toEqual(no("no_positive_evidence"));
  });

  it("is not an unknown status, nor an unmapped price", () => {
    expect(evidence([aSubscription({ status: "dormant" })])).toEqual(no("undecided_subscription"));
    expect(evidence([aSubscription({ items: [anUnmappedItem()] })])).toEqual(no("undecided_subscription"));
  });

  const starter = { id: "sub_9", items: [aStarterItem()] };
  it.each<[string, Subscription[]]>([
    ["of unknown status", [aSubscription({ status: "dormant" })]],
    ["that could not be read", [aSubscription({ status: "unreadable", items: [] })]],
    ["without items", [aSubscription({ items: [] })]],
    ["at an unmapped price", [aSubscription({ items: [anUnmappedItem()] })]],
    ["on trial at an unmapped price", [aSubscription({ status: "trialing", items: [anUnmappedItem()] })]],
    ["in grace", [aSubscription({ status: "past_due", pastDueSince: NOW, items: [anUnmappedItem()] })]],
    ["with something unmapped beside a plan", [aSubscription({ items: [aStarterItem(), anUnmappedItem()] })]],
  ])("does not exist while another subscription may give more: one %s", (_, others) => {
    const billing = aBillingRow({ stripeSubscriptionId: "sub_9" });
    for (const ended of [aSubscription(starter), aCanceledSubscription(starter)]) {
      const recorded = aRecordInSync({ billing });
      expect(evidence([ended, ...others], { recorded })).toEqual(no("undecided_subscription"));
      expect(evidence([ended, ...others], { recorded, compIsOver: true })).toEqual(
        no("undecided_subscription"),
      );
    }
  });

  it.each<[string, Subscription]>([
    ["ended", aCanceledSubscription({ items: [anUnmappedItem()] })],
    ["unpaid", aSubscription({ status: "unpaid", items: [anUnmappedItem()] })],
    ["of quantity 0", aSubscription({ items: [anUnmappedItem({ quantity: 0 })] })],
    ["of a plan", aSubscription({ items: [aStarterItem()] })],
  ])("is not hidden by another subscription that gives nothing more: one that is %s", (_, other) => {
    const recorded = aRecordInSync({ billing: aBillingRow({ stripeSubscriptionId: "sub_9" }) });
    expect(evidence([aSubscription(starter), other], { recorded })).toEqual(ok);
  });

  it("is not a 404 for one of the customers", () => {
    const customers = [
      aCustomer({ subscriptions: [aCanceledSubscription()] }),
      aCustomer({ id: "cus_2", state: "missing" }),
    ];
    expect(evidence([], { customers })).toEqual(no("customer_not_found"));
  });

  it("is a deleted customer whose subscription is listed as ended", () => {
    const deleted = aCustomer({ state: "deleted", subscriptions: [aCanceledSubscription()] });
    expect(evidence([], { customers: [deleted] })).toEqual(ok);
  });

  it.each<[string, number | null]>([
    ["before the revocation was evaluated", 4],
    ["at the same version", 5],
    ["never", null],
  ])("is not a complete read that began %s", (_, completeVersionStart) => {
    const read = aCustomer({ subscriptions: [aCanceledSubscription()] });
    const unread = aCustomer({ id: "cus_2", completeVersionStart });
    expect(evidence([], { customers: [{ ...read, completeVersionStart }] })).toEqual(no("not_read_since"));
    expect(evidence([], { customers: [read, unread] })).toEqual(no("not_read_since"));
    expect(evidence([], { customers: [read, null] })).toEqual(no("not_read_since"));
  });

  it("does not exist before a revocation was evaluated", () => {
    expect(evidence([aCanceledSubscription()], { revocationVersion: null })).toEqual(no("not_read_since"));
  });

  it("does not exist while another customer with this address pays, or may be paying", () => {
    expect(evidence([aCanceledSubscription()], { withholding: ["cus_9"] })).toEqual(
      no("possible_other_customer"),
    );
    expect(evidence([aCanceledSubscription()], { othersKnown: false })).toEqual(
      no("other_customers_unknown"),
    );
  });

  it("is a comp that is over, when only its access is revoked: also for a user without a customer", () => {
    expect(evidence([], { compIsOver: true })).toEqual(ok);
    expect(evidence([], { compIsOver: true, customers: [] })).toEqual(ok);
    expect(evidence([], { compIsOver: true, withholding: ["cus_9"] })).toEqual(no("possible_other_customer"));
    expect(evidence([], { compIsOver: true, revocationVersion: 10 })).toEqual(no("not_read_since"));
  });
});

describe("a change of access", () => {
  const change = (
    recorded: BillingState,
    expected: BillingState,
    primary: Subscription | null = aSubscription(),
    accessExpected = primary?.status === "active",
  ) => compareAccess({ recorded, expected, primary, accessExpected, ...CONTEXT });
  const withWorkspaces = (...workspaces: BillingState["workspaces"]) => aRecordInSync({ workspaces });
  const neither = { grants: false, revokes: false };
  const grants = { grants: true, revokes: false };
  const revokes = { grants: false, revokes: true };

  it("is none when nothing or only words differ", () => {
    expect(change(aRecordInSync(), aRecordInSync())).toEqual(neither);
    expect(change(aRecordInSync({ user: { plan: "starter" } }), aRecordInSync())).toEqual(neither);
    const canceled = aRecordInSync({ user: { subscriptionStatus: "canceled" } });
    const unpaid = aRecordInSync({ user: { subscriptionStatus: "unpaid" } });
    expect(change(unpaid, canceled, aCanceledSubscription())).toEqual(neither);
    expect(change(aRecordInSync({ user: { subscriptionStatus: "lifetime" } }), aRecordInSync())).toEqual(
      neither,
    );
  });

  it("revokes when a status that may mean access becomes one that does not, also with workspaces", () => {
    const canceled = aRecordInSync({ user: { subscriptionStatus: "canceled" } });
    for (const subscriptionStatus of ["active", "past_due", "ACTIVE", "lifetime", ""]) {
      const recorded = aRecordInSync({ user: { subscriptionStatus } });
      expect(change(recorded, canceled, aCanceledSubscription())).toEqual(revokes);
    }
  });

  it("grants with more seats or an open workspace, and revokes with fewer or a locked one", () => {
    expect(change(withWorkspaces(aLockedWorkspace()), withWorkspaces(anOpenWorkspace(1)))).toEqual(grants);
    expect(change(withWorkspaces(anOpenWorkspace(1)), withWorkspaces(anOpenWorkspace(5)))).toEqual(grants);
    expect(change(withWorkspaces(anOpenWorkspace(5)), withWorkspaces(anOpenWorkspace(1)))).toEqual(revokes);
    expect(change(withWorkspaces(anOpenWorkspace(1)), withWorkspaces(aLockedWorkspace()))).toEqual(revokes);
    expect(change(withWorkspaces(anOpenWorkspace(0)), withWorkspaces(aLockedWorkspace()))).toEqual(revokes);
  });

  it("is none when a locked workspace only loses seats that were not usable", () => {
    const odd = { id: "w_1", status: "locked", seats: 3 };
    expect(change(withWorkspaces(odd), withWorkspaces(aLockedWorkspace()))).toEqual(neither);
  });

  it("may be both, over several workspaces", () => {
    const recorded = withWorkspaces(anOpenWorkspace(5, "w_1"), aLockedWorkspace("w_2"));
    const expected = withWorkspaces(anOpenWorkspace(1, "w_1"), anOpenWorkspace(1, "w_2"));
    expect(change(recorded, expected)).toEqual({ grants: true, revokes: true });
  });

  it("is by the status for a user without workspaces", () => {
    const status = (subscriptionStatus: string | null) =>
      aRecord({ user: { subscriptionStatus }, workspaces: [] });
    expect(change(status(null), status("active"))).toEqual(grants);
    expect(change(status("active"), status("canceled"), aCanceledSubscription())).toEqual(revokes);
    expect(change(status("active"), status("trialing"))).toEqual(neither);
    const overdue = aSubscription({ status: "past_due", pastDueSince: NOW - 8 * DAY });
    expect(change(status("active"), status("past_due"), overdue)).toEqual(revokes);
    expect(change(status("past_due"), status("past_due"), overdue)).toEqual(neither);
  });

  it("revokes when a status that gives access is cleared because of an empty list", () => {
    const recorded = aRecord({ user: { subscriptionStatus: "active" } });
    expect(change(recorded, aRecord(), null)).toEqual(revokes);
    expect(change(aRecord({ user: { subscriptionStatus: "canceled" } }), aRecord(), null)).toEqual(neither);
  });
});
