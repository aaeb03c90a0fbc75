import { describe, expect, it } from "vitest";
import { fingerprintMismatches } from "~/billing/mismatches";
import type { Subscription } from "~/billing/observation";
import type { UserRecord } from "~/billing/record";
import type { UserSnapshot } from "~/billing/snapshot";
import { describeStripeState } from "~/billing/stripe-state";
import {
  ARMY,
  aCanceledSubscription,
  aComp,
  aCustomer,
  anArmyItem,
  anOpenWorkspace,
  aRecord,
  aRecordInSync,
  aStarterItem,
  aSubscription,
  DAY,
  evaluateSnapshot,
  HOUR,
  NOW,
} from "~/billing/testing/observations";

const customerWith = (...subscriptions: Subscription[]) => [aCustomer({ subscriptions })];
const listFlags = (changes: Partial<UserSnapshot>) => evaluateSnapshot(changes).flags;
const evaluateWith = (record: UserRecord, subscription: Subscription) =>
  evaluateSnapshot({ record, customers: customerWith(subscription) });

describe("flags beside the verdict", () => {
  it("several: more than one open subscription; the first is applied", () => {
    const army = aSubscription();
    const starter = aSubscription({ id: "sub_2", items: [aStarterItem()] });
    const evaluation = evaluateSnapshot({ customers: customerWith(starter, army) });
    expect(evaluation).toMatchObject({ flags: ["several"], verdict: "locked_out" });
    expect(evaluation.expected).toMatchObject({ user: { plan: "army" }, workspaces: [anOpenWorkspace(5)] });
    expect(listFlags({ customers: customerWith(army, { ...starter, status: "canceled" }) })).toEqual([]);
    const ofOther = aCustomer({ id: "cus_2", subscriptions: [{ ...starter, status: "unpaid" }] });
    expect(listFlags({ customers: [...customerWith(army), ofOther] })).toContain("several");
  });

  it("duplicate_customers: more than one linked customer that Stripe has", () => {
    expect(listFlags({ customers: [aCustomer(), aCustomer({ id: "cus_2" })] })).toEqual([
      "duplicate_customers",
    ]);
    expect(listFlags({ customers: [aCustomer(), aCustomer({ id: "cus_2", state: "deleted" })] })).toEqual([]);
  });

  it("comped: a comp runs", () => {
    expect(listFlags({ comps: [aComp()] })).toEqual(["comped"]);
    expect(listFlags({ comps: [aComp({ expiresAt: NOW })] })).toEqual([]);
  });

  it("on_hold: until Stripe's state changes", () => {
    const hold = { stripeState: describeStripeState([aSubscription()]) };
    const held = evaluateSnapshot({ customers: customerWith(aSubscription()), hold });
    expect(held).toMatchObject({ onHold: true, flags: ["on_hold"] });
    const changed = evaluateSnapshot({ customers: customerWith(aCanceledSubscription()), hold });
    expect(changed).toMatchObject({ onHold: false, flags: [] });
  });

  it("acknowledged: exactly these mismatches", () => {
    const customers = customerWith(aSubscription());
    const acknowledged = fingerprintMismatches(evaluateSnapshot({ customers }).mismatches);
    expect(listFlags({ customers, acknowledged })).toEqual(["acknowledged"]);
    const record = aRecord({ user: { plan: "starter" } });
    expect(listFlags({ customers, record, acknowledged })).toEqual([]);
    expect(listFlags({ acknowledged: fingerprintMismatches([]) })).toEqual([]);
  });

  it("stale: last completely observed more than a day ago", () => {
    expect(listFlags({ observedAt: NOW - 24 * HOUR - 1 })).toEqual(["stale"]);
    expect(listFlags({ observedAt: NOW - 24 * HOUR })).toEqual([]);
    expect(listFlags({ observedAt: null })).toEqual([]);
  });

  it("lookup_failed: the last lookup failed", () => {
    expect(listFlags({ lookupFailure: "timeout" })).toEqual(["lookup_failed"]);
  });

  it("hide neither the verdict nor each other", () => {
    const evaluation = evaluateSnapshot({
      customers: [
        aCustomer({ subscriptions: [aSubscription()] }),
        aCustomer({ id: "cus_2", subscriptions: [aSubscription({ id: "sub_2" })] }),
      ],
      comps: [aComp()],
      observedAt: NOW - 3 * DAY,
      lookupFailure: "timeout",
    });
    expect(evaluation.verdict).toBe("locked_out");
    expect(evaluation.flags).toEqual(["several", "duplicate_customers", "comped", "stale", "lookup_failed"]);
  });
});

describe("money at stake", () => {
  it("is list price × quantity of the item that counts, per month: locked out and leaking apart", () => {
    const three = aSubscription({ items: [anArmyItem({ quantity: 3 })] });
    expect(evaluateWith(aRecord(), three).money).toEqual({
      kind: "locked_out",
      perMonth: 5_000,
      currency: "usd",
    });
    const euros = aCanceledSubscription({ items: [aStarterItem({ currency: "eur" })] });
    expect(evaluateWith(aRecordInSync(), euros).money).toEqual({
      kind: "leaking",
      perMonth: 2_000,
      currency: "eur",
    });
  });

  it("is null when access is right, or the price has no single amount", () => {
    expect(evaluateWith(aRecordInSync(), aSubscription()).money).toBeNull();
    expect(evaluateWith(aRecordInSync({ user: { plan: "starter" } }), aSubscription()).money).toBeNull();
    expect(
      evaluateWith(aRecord(), aSubscription({ items: [anArmyItem({ unitAmount: null })] })).money,
    ).toBeNull();
    expect(evaluateSnapshot({ record: aRecord({ workspaces: [anOpenWorkspace(1)] }) }).money).toBeNull();
  });
});

describe("since when", () => {
  it("a user is locked out: from the start", () => {
    expect(evaluateWith(aRecord(), aSubscription({ startDate: NOW - 3 * DAY })).since).toBe(NOW - 3 * DAY);
  });

  it("a user is locked out: from when access was first seen, if it was seen without before", () => {
    const began = aSubscription({ startDate: NOW - 9 * DAY, entitlingSince: NOW - DAY });
    expect(evaluateWith(aRecord(), began).since).toBe(NOW - DAY);
    const later = aSubscription({ startDate: NOW - DAY, entitlingSince: NOW - 9 * DAY });
    expect(evaluateWith(aRecord(), later).since).toBe(NOW - DAY);
  });

  it("a user is locked out: not before Stripe had the subscription, however far its start is dated back", () => {
    const back = aSubscription({ startDate: NOW - 700 * DAY, created: NOW - 2 * DAY });
    expect(evaluateWith(aRecord(), back).since).toBe(NOW - 2 * DAY);
  });

  it("access is unpaid: not since someone asked for a cancellation that is still to come", () => {
    const asked = { canceledAt: NOW - 200 * DAY, cancelAtPeriodEnd: true };
    expect(evaluateWith(aRecordInSync(), aSubscription({ status: "unpaid", ...asked })).since).toBeNull();
    const free = aSubscription({ items: [anArmyItem({ quantity: 0 })], ...asked });
    expect(evaluateWith(aRecordInSync(), free).since).toBeNull();
  });

  it("access is unpaid: from the end of the subscription, or of grace", () => {
    const ended = aCanceledSubscription({ canceledAt: NOW - 20 * DAY, endedAt: NOW - 2 * DAY });
    expect(evaluateWith(aRecordInSync(), ended).since).toBe(NOW - 2 * DAY);
    const overdue = aSubscription({ status: "past_due", pastDueSince: NOW - 10 * DAY });
    expect(evaluateWith(aRecordInSync(), overdue).since).toBe(NOW - 3 * DAY);
    expect(evaluateWith(aRecordInSync(), aSubscription({ status: "unpaid" })).since).toBeNull();
  });

  it("is null for anything else", () => {
    expect(evaluateWith(aRecordInSync(), aSubscription()).since).toBeNull();
    expect(evaluateWith(aRecordInSync({ user: { plan: "starter" } }), aSubscription()).since).toBeNull();
  });
});

describe("evaluated again", () => {
  it("when grace ends, or a comp does, whichever comes first", () => {
    const overdue = customerWith(aSubscription({ status: "past_due", pastDueSince: NOW - 6 * DAY }));
    expect(evaluateSnapshot({ customers: overdue }).nextCheckAt).toBe(NOW + DAY);
    const comps = [aComp({ expiresAt: NOW + HOUR }), aComp({ plan: ARMY, expiresAt: NOW + 3 * DAY })];
    expect(evaluateSnapshot({ customers: overdue, comps }).nextCheckAt).toBe(NOW + HOUR);
    expect(evaluateSnapshot({ comps }).nextCheckAt).toBe(NOW + HOUR);
  });

  it("never, when the clock alone changes nothing", () => {
    expect(
      evaluateSnapshot({ customers: customerWith(aSubscription({ cancelAt: NOW + DAY })) }).nextCheckAt,
    ).toBeNull();
    const over = aComp({ expiresAt: NOW - 1 });
    const revoked = aComp({ revokedAt: NOW - 1 });
    expect(evaluateSnapshot({ comps: [over, revoked] }).nextCheckAt).toBeNull();
  });
});
