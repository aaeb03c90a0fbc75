import { describe, expect, it } from "vitest";
import type { Counting } from "./choice";
import { subscriptionsInOrder } from "./choice";
import { type ExpectedInput, expectedState } from "./expected";
import type { ObservedCustomer, Subscription } from "./observation";
import { DEFAULT_POLICY } from "./policy";
import {
  ARMY,
  aBillingRow,
  aCanceledSubscription,
  aComp,
  aCustomer,
  aRecord,
  aRecordInSync,
  armyItem,
  aSubscription,
  CONTEXT,
  DAY,
  locked,
  NOW,
  starterItem,
  unknownItem,
  unlocked,
} from "./testing/observations";

function counting(subscription: Subscription): Counting | null {
  const input = { subscriptions: [subscription], recordedSubscriptionId: subscription.id, ...CONTEXT };
  return subscriptionsInOrder(input)[0] ?? null;
}

function expectedOf(subscription: Subscription | null, changes: Partial<ExpectedInput> = {}) {
  return expectedState({
    record: aRecord(),
    counting: subscription ? counting(subscription) : null,
    customers: [aCustomer({ subscriptions: subscription ? [subscription] : [] })],
    comp: null,
    policy: DEFAULT_POLICY,
    ...changes,
  });
}

describe("where access is expected", () => {
  it("the record says what Stripe says, and every owned workspace is open", () => {
    const record = aRecord({ workspaces: [locked("w_1"), unlocked(1, "w_2")] });
    expect(expectedOf(aSubscription(), { record })).toEqual({
      user: {
        stripeCustomerId: "cus_1",
        plan: "army",
        subscriptionStatus: "active",
        currentPeriodEnd: armyItem().periodEnd,
        cancelAtPeriodEnd: false,
      },
      billing: aBillingRow(),
      workspaces: [unlocked(5, "w_1"), unlocked(5, "w_2")],
    });
  });

  it("a user without workspaces is given none", () => {
    expect(expectedOf(aSubscription(), { record: aRecord({ workspaces: [] }) }).workspaces).toEqual([]);
  });

  it("the status is Stripe's, verbatim", () => {
    const overdue = aSubscription({ status: "past_due", pastDueSince: NOW - DAY });
    expect(expectedOf(overdue)).toMatchObject({
      user: { subscriptionStatus: "past_due", plan: "army" },
      billing: { status: "past_due" },
      workspaces: [unlocked(5)],
    });
  });

  it("price, amount, interval and period are those of the item that counts", () => {
    const items = [unknownItem({ periodEnd: NOW + DAY }), starterItem({ quantity: 3 })];
    expect(expectedOf(aSubscription({ items }))).toMatchObject({
      user: { currentPeriodEnd: NOW + 23 * DAY, plan: "starter" },
      billing: {
        stripePriceId: "price_starter",
        amount: 2_000,
        interval: "month",
        currentPeriodStart: NOW - 7 * DAY,
      },
      workspaces: [unlocked(1)],
    });
  });

  it("the amount of a tiered price is null, even if another is recorded", () => {
    const items = [armyItem({ unitAmount: null, currency: "eur" })];
    const { billing } = expectedOf(aSubscription({ items }), { record: aRecordInSync() });
    expect(billing).toMatchObject({ amount: null, currency: "eur" });
  });

  it("either kind of scheduled cancellation is one, and changes nothing else", () => {
    for (const scheduled of [{ cancelAtPeriodEnd: true }, { cancelAt: NOW + DAY }]) {
      expect(expectedOf(aSubscription(scheduled))).toMatchObject({
        user: { cancelAtPeriodEnd: true, subscriptionStatus: "active", plan: "army" },
        billing: { cancelAtPeriodEnd: true },
        workspaces: [unlocked(5)],
      });
    }
  });

  it("a period that Stripe does not state leaves the recorded one", () => {
    const subscription = aSubscription({ items: [armyItem({ periodStart: null, periodEnd: null })] });
    expect(expectedOf(subscription, { record: aRecordInSync() })).toMatchObject({
      user: { currentPeriodEnd: armyItem().periodEnd },
      billing: { currentPeriodStart: armyItem().periodStart, currentPeriodEnd: armyItem().periodEnd },
    });
    const other = aRecordInSync({ billing: aBillingRow({ stripeSubscriptionId: "sub_other" }) });
    expect(expectedOf(subscription, { record: other }).billing).toMatchObject({ currentPeriodEnd: null });
  });
});

describe("where a subscription counts, but access is not expected", () => {
  it("plan and row are kept as history, and every workspace is locked", () => {
    const record = aRecordInSync({ workspaces: [unlocked(5, "w_1"), unlocked(5, "w_2")] });
    expect(expectedOf(aCanceledSubscription(), { record })).toEqual({
      user: { ...record.user, subscriptionStatus: "canceled" },
      billing: aBillingRow({ status: "canceled" }),
      workspaces: [locked("w_1"), locked("w_2")],
    });
  });

  it.each(["unpaid", "paused", "incomplete", "incomplete_expired", "canceled"])(
    "%s is recorded verbatim",
    (status) => {
      expect(expectedOf(aSubscription({ status }), { record: aRecordInSync() })).toMatchObject({
        user: { subscriptionStatus: status, plan: "army", stripeCustomerId: "cus_1" },
        billing: { status, stripeSubscriptionId: "sub_1" },
        workspaces: [locked()],
      });
    },
  );

  it("a plan that the application cleared stays cleared", () => {
    const cleared = aRecordInSync({ user: { plan: null }, billing: aBillingRow({ plan: null }) });
    expect(expectedOf(aCanceledSubscription(), { record: cleared })).toMatchObject({
      user: { plan: null },
      billing: { plan: null },
    });
    const policy = { ...DEFAULT_POLICY, noPlanWord: "free" };
    const free = aRecordInSync({ user: { plan: "free" } });
    expect(expectedOf(aCanceledSubscription(), { record: free, policy }).user.plan).toBe("free");
  });

  it("a plan that is recorded wrongly is put right, also the word for none of another application", () => {
    const record = aRecordInSync({ user: { plan: "free" }, billing: aBillingRow({ plan: "starter" }) });
    expect(expectedOf(aCanceledSubscription(), { record })).toMatchObject({
      user: { plan: "army" },
      billing: { plan: "army" },
    });
  });

  it("a plan that was cleared is recorded again as soon as there is access", () => {
    const cleared = aRecordInSync({ user: { plan: null }, billing: aBillingRow({ plan: null }) });
    expect(expectedOf(aSubscription(), { record: cleared })).toMatchObject({
      user: { plan: "army" },
      billing: { plan: "army" },
    });
  });

  it("an ended price that no plan claims leaves the recorded plan", () => {
    const ended = aCanceledSubscription({ items: [unknownItem()] });
    expect(expectedOf(ended, { record: aRecordInSync() })).toMatchObject({
      user: { plan: "army" },
      billing: { plan: "army", stripePriceId: "price_other" },
    });
  });

  it("a cancellation that has happened is not scheduled any more", () => {
    const ended = aCanceledSubscription({ cancelAtPeriodEnd: true, cancelAt: NOW - 2 * DAY });
    expect(expectedOf(ended, { record: aRecordInSync() }).user.cancelAtPeriodEnd).toBe(false);
  });
});

describe("where there never was a subscription", () => {
  it("nothing is recorded and every workspace is locked; the customer id stays as it is", () => {
    const record = aRecord({
      user: {
        stripeCustomerId: "cus_1",
        plan: "army",
        subscriptionStatus: "active",
        currentPeriodEnd: NOW,
        cancelAtPeriodEnd: true,
      },
      workspaces: [unlocked(5, "w_1"), unlocked(1, "w_2")],
    });
    expect(expectedOf(null, { record })).toEqual({
      user: {
        stripeCustomerId: "cus_1",
        plan: null,
        subscriptionStatus: null,
        currentPeriodEnd: null,
        cancelAtPeriodEnd: false,
      },
      billing: null,
      workspaces: [locked("w_1"), locked("w_2")],
    });
  });

  it("the plan may be the application's word for none", () => {
    const policy = { ...DEFAULT_POLICY, noPlanWord: "free" };
    const planOf = (plan: string | null) =>
      expectedOf(null, { record: aRecord({ user: { plan } }), policy }).user.plan;
    expect(planOf("free")).toBe("free");
    expect(planOf("army")).toBe("free");
    expect(planOf(null)).toBeNull();
  });
});

describe("the customer id", () => {
  const idOf = (stripeCustomerId: string | null, customers: ObservedCustomer[]) =>
    expectedOf(aSubscription({ customerId: "cus_2" }), {
      record: aRecord({ user: { stripeCustomerId } }),
      customers: [...customers, aCustomer({ id: "cus_2" })],
    }).user.stripeCustomerId;

  it("is that of the subscription that counts where none is stored", () => {
    expect(idOf(null, [])).toBe("cus_2");
  });

  it("is the stored one while Stripe has it", () => {
    expect(idOf("cus_1", [aCustomer()])).toBe("cus_1");
    expect(idOf("cus_1", [])).toBe("cus_1");
  });

  it("is that of the subscription that counts once the stored one is gone", () => {
    expect(idOf("cus_1", [aCustomer({ state: "deleted" })])).toBe("cus_2");
    expect(idOf("cus_1", [aCustomer({ state: "missing" })])).toBe("cus_2");
  });
});

describe("a comp", () => {
  const seats = (subscription: Subscription | null, plan = ARMY) =>
    expectedOf(subscription, { comp: aComp({ plan }) }).workspaces;

  it("is a floor under the workspaces: the larger of the two", () => {
    expect(seats(null)).toEqual([unlocked(5)]);
    expect(seats(aSubscription({ items: [starterItem()] }))).toEqual([unlocked(5)]);
    expect(seats(aSubscription(), aComp().plan)).toEqual([unlocked(5)]);
    expect(seats(aCanceledSubscription(), aComp().plan)).toEqual([unlocked(1)]);
  });

  it("leaves the billing fields to Stripe", () => {
    const record = aRecordInSync();
    const expected = expectedOf(aCanceledSubscription(), { record, comp: aComp({ plan: ARMY }) });
    expect(expected).toMatchObject({
      user: { subscriptionStatus: "canceled" },
      billing: { status: "canceled" },
    });
    expect(expectedOf(null, { comp: aComp() })).toMatchObject({ user: { plan: null }, billing: null });
  });
});
