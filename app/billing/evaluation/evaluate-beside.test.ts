import { describe, expect, it } from "vitest";
import { fingerprintOf } from "~/billing/mismatches";
import type { Subscription } from "~/billing/observation";
import type { UserRecord } from "~/billing/record";
import type { UserSnapshot } from "~/billing/snapshot";
import { stripeStateOf } from "~/billing/stripe-state";
import {
  ARMY,
  aCanceledSubscription,
  aComp,
  aCustomer,
  aRecord,
  aRecordInSync,
  armyItem,
  aSubscription,
  DAY,
  evaluated,
  HOUR,
  NOW,
  starterItem,
  unlocked,
} from "~/billing/testing/observations";

const customerWith = (...subscriptions: Subscription[]) => [aCustomer({ subscriptions })];
const flags = (changes: Partial<UserSnapshot>) => evaluated(changes).flags;
const of = (record: UserRecord, subscription: Subscription) =>
  evaluated({ record, customers: customerWith(subscription) });

describe("flags beside the verdict", () => {
  it("several: more than one open subscription; the first is applied", () => {
    const army = aSubscription();
    const starter = aSubscription({ id: "sub_2", items: [starterItem()] });
    const evaluation = evaluated({ customers: customerWith(starter, army) });
    expect(evaluation).toMatchObject({ flags: ["several"], verdict: "locked_out" });
    expect(evaluation.expected).toMatchObject({ user: { plan: "army" }, workspaces: [unlocked(5)] });
    expect(flags({ customers: customerWith(army, { ...starter, status: "canceled" }) })).toEqual([]);
    const ofOther = aCustomer({ id: "cus_2", subscriptions: [{ ...starter, status: "unpaid" }] });
    expect(flags({ customers: [...customerWith(army), ofOther] })).toContain("several");
  });

  it("duplicate_customers: more than one linked customer that Stripe has", () => {
    expect(flags({ customers: [aCustomer(), aCustomer({ id: "cus_2" })] })).toEqual(["duplicate_customers"]);
    expect(flags({ customers: [aCustomer(), aCustomer({ id: "cus_2", state: "deleted" })] })).toEqual([]);
  });

  it("comped: a comp runs", () => {
    expect(flags({ comps: [aComp()] })).toEqual(["comped"]);
    expect(flags({ comps: [aComp({ expiresAt: NOW })] })).toEqual([]);
  });

  it("on_hold: until Stripe's state changes", () => {
    const hold = { stripeState: stripeStateOf([aSubscription()]) };
    const held = evaluated({ customers: customerWith(aSubscription()), hold });
    expect(held).toMatchObject({ onHold: true, flags: ["on_hold"] });
    const changed = evaluated({ customers: customerWith(aCanceledSubscription()), hold });
    expect(changed).toMatchObject({ onHold: false, flags: [] });
  });

  it("acknowledged: exactly these mismatches", () => {
    const customers = customerWith(aSubscription());
    const acknowledged = fingerprintOf(evaluated({ customers }).mismatches);
    expect(flags({ customers, acknowledged })).toEqual(["acknowledged"]);
    const record = aRecord({ user: { plan: "starter" } });
    expect(flags({ customers, record, acknowledged })).toEqual([]);
    expect(flags({ acknowledged: fingerprintOf([]) })).toEqual([]);
  });

  it("stale: last completely observed more than a day ago", () => {
    expect(flags({ observedAt: NOW - 24 * HOUR - 1 })).toEqual(["stale"]);
    expect(flags({ observedAt: NOW - 24 * HOUR })).toEqual([]);
    expect(flags({ observedAt: null })).toEqual([]);
  });

  it("lookup_failed: the last lookup failed", () => {
    expect(flags({ lookupFailure: "timeout" })).toEqual(["lookup_failed"]);
  });

  it("hide neither the verdict nor each other", () => {
    const evaluation = evaluated({
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
    const three = aSubscription({ items: [armyItem({ quantity: 3 })] });
    expect(of(aRecord(), three).money).toEqual({ kind: "locked_out", perMonth: 5_000, currency: "usd" });
    const euros = aCanceledSubscription({ items: [starterItem({ currency: "eur" })] });
    expect(of(aRecordInSync(), euros).money).toEqual({ kind: "leaking", perMonth: 2_000, currency: "eur" });
  });

  it("is nothing where access is right, or the price has no single amount", () => {
    expect(of(aRecordInSync(), aSubscription()).money).toBeNull();
    expect(of(aRecordInSync({ user: { plan: "starter" } }), aSubscription()).money).toBeNull();
    expect(of(aRecord(), aSubscription({ items: [armyItem({ unitAmount: null })] })).money).toBeNull();
    expect(evaluated({ record: aRecord({ workspaces: [unlocked(1)] }) }).money).toBeNull();
  });
});

describe("since when", () => {
  it("someone is locked out: from the start", () => {
    expect(of(aRecord(), aSubscription({ startDate: NOW - 3 * DAY })).since).toBe(NOW - 3 * DAY);
  });

  it("someone is locked out: from our first observation as entitling, if it was seen otherwise before", () => {
    const began = aSubscription({ startDate: NOW - 9 * DAY, entitlingSince: NOW - DAY });
    expect(of(aRecord(), began).since).toBe(NOW - DAY);
    const later = aSubscription({ startDate: NOW - DAY, entitlingSince: NOW - 9 * DAY });
    expect(of(aRecord(), later).since).toBe(NOW - DAY);
  });

  it("access is not paid for: from the end, or the end of grace", () => {
    const ended = aCanceledSubscription({ canceledAt: NOW - 20 * DAY, endedAt: NOW - 2 * DAY });
    expect(of(aRecordInSync(), ended).since).toBe(NOW - 2 * DAY);
    const overdue = aSubscription({ status: "past_due", pastDueSince: NOW - 10 * DAY });
    expect(of(aRecordInSync(), overdue).since).toBe(NOW - 3 * DAY);
    expect(of(aRecordInSync(), aSubscription({ status: "unpaid" })).since).toBeNull();
  });

  it("is not said of anything else", () => {
    expect(of(aRecordInSync(), aSubscription()).since).toBeNull();
    expect(of(aRecordInSync({ user: { plan: "starter" } }), aSubscription()).since).toBeNull();
  });
});

describe("evaluated again", () => {
  it("when grace ends, or a comp does, whichever comes first", () => {
    const overdue = customerWith(aSubscription({ status: "past_due", pastDueSince: NOW - 6 * DAY }));
    expect(evaluated({ customers: overdue }).nextCheckAt).toBe(NOW + DAY);
    const comps = [aComp({ expiresAt: NOW + HOUR }), aComp({ plan: ARMY, expiresAt: NOW + 3 * DAY })];
    expect(evaluated({ customers: overdue, comps }).nextCheckAt).toBe(NOW + HOUR);
    expect(evaluated({ comps }).nextCheckAt).toBe(NOW + HOUR);
  });

  it("never, when the clock alone changes nothing", () => {
    expect(
      evaluated({ customers: customerWith(aSubscription({ cancelAt: NOW + DAY })) }).nextCheckAt,
    ).toBeNull();
    const over = aComp({ expiresAt: NOW - 1 });
    const revoked = aComp({ revokedAt: NOW - 1 });
    expect(evaluated({ comps: [over, revoked] }).nextCheckAt).toBeNull();
  });
});
