import { describe, expect, it } from "vitest";
import type { RatedSubscription } from "./choice";
import { rankSubscriptions } from "./choice";
import { buildExpectedState, type ExpectedInput } from "./expected";
import type { ObservedCustomer, Subscription } from "./observation";
import {
  ARMY,
  aBillingRow,
  aCanceledSubscription,
  aComp,
  aCustomer,
  aLockedWorkspace,
  anArmyItem,
  anOpenWorkspace,
  anUnmappedItem,
  aRecord,
  aRecordInSync,
  aStarterItem,
  aSubscription,
  CONTEXT,
  DAY,
  NOW,
} from "./testing/observations";

function rate(subscription: Subscription): RatedSubscription | null {
  const input = { subscriptions: [subscription], recordedSubscriptionId: subscription.id, ...CONTEXT };
  return rankSubscriptions(input)[0] ?? null;
}

function buildExpected(subscription: Subscription | null, changes: Partial<ExpectedInput> = {}) {
  return buildExpectedState({
    record: aRecord(),
    primary: subscription ? rate(subscription) : null,
    customers: [aCustomer({ subscriptions: subscription ? [subscription] : [] })],
    comp: null,
    ...CONTEXT,
    ...changes,
  });
}

describe("when access is expected", () => {
  it("the record matches Stripe, and every owned workspace is open", () => {
    const record = aRecord({ workspaces: [aLockedWorkspace("w_1"), anOpenWorkspace(1, "w_2")] });
    expect(buildExpected(aSubscription(), { record })).toEqual({
      user: {
        stripeCustomerId: "cus_1",
        plan: "army",
        subscriptionStatus: "active",
        currentPeriodEnd: anArmyItem().periodEnd,
        cancelAtPeriodEnd: false,
      },
      billing: aBillingRow(),
      workspaces: [anOpenWorkspace(5, "w_1"), anOpenWorkspace(5, "w_2")],
    });
  });

  it("a user without workspaces gets none", () => {
    expect(buildExpected(aSubscription(), { record: aRecord({ workspaces: [] }) }).workspaces).toEqual([]);
  });

  it("the status is exactly Stripe's", () => {
    const overdue = aSubscription({ status: "past_due", pastDueSince: NOW - DAY });
    expect(buildExpected(overdue)).toMatchObject({
      user: { subscriptionStatus: "past_due", plan: "army" },
      billing: { status: "past_due" },
      workspaces: [anOpenWorkspace(5)],
    });
  });

  it("price, amount, interval and period are those of the item that counts", () => {
    const items = [anUnmappedItem({ periodEnd: NOW + DAY }), aStarterItem({ quantity: 3 })];
    expect(buildExpected(aSubscription({ items }))).toMatchObject({
      user: { currentPeriodEnd: NOW + 23 * DAY, plan: "starter" },
      billing: {
        stripePriceId: "price_starter",
        amount: 2_000,
        interval: "month",
        currentPeriodStart: NOW - 7 * DAY,
      },
      workspaces: [anOpenWorkspace(1)],
    });
  });

  it("the amount of a tiered price is null, even if another is recorded", () => {
    const items = [anArmyItem({ unitAmount: null, currency: "eur" })];
    const { billing } = buildExpected(aSubscription({ items }), { record: aRecordInSync() });
    expect(billing).toMatchObject({ amount: null, currency: "eur" });
  });

  it("both kinds of scheduled cancellation count, and change nothing else", () => {
    for (const scheduled of [{ cancelAtPeriodEnd: true }, { cancelAt: NOW + DAY }]) {
      expect(buildExpected(aSubscription(scheduled))).toMatchObject({
        user: { cancelAtPeriodEnd: true, subscriptionStatus: "active", plan: "army" },
        billing: { cancelAtPeriodEnd: true },
        workspaces: [anOpenWorkspace(5)],
      });
    }
  });

  it("a period that Stripe does not state leaves the recorded one", () => {
    const subscription = aSubscription({ items: [anArmyItem({ periodStart: null, periodEnd: null })] });
    expect(buildExpected(subscription, { record: aRecordInSync() })).toMatchObject({
      user: { currentPeriodEnd: anArmyItem().periodEnd },
      billing: { currentPeriodStart: anArmyItem().periodStart, currentPeriodEnd: anArmyItem().periodEnd },
    });
    const other = aRecordInSync({ billing: aBillingRow({ stripeSubscriptionId: "sub_other" }) });
    expect(buildExpected(subscription, { record: other }).billing).toMatchObject({ currentPeriodEnd: null });
  });
});

describe("when a subscription counts, but access is not expected", () => {
  it("plan and row are kept as history, and every workspace is locked", () => {
    const record = aRecordInSync({ workspaces: [anOpenWorkspace(5, "w_1"), anOpenWorkspace(5, "w_2")] });
    expect(buildExpected(aCanceledSubscription(), { record })).toEqual({
      user: { ...record.user, subscriptionStatus: "canceled" },
      billing: aBillingRow({ status: "canceled" }),
      workspaces: [aLockedWorkspace("w_1"), aLockedWorkspace("w_2")],
    });
  });

  it.each(["unpaid", "paused", "incomplete", "incomplete_expired", "canceled"])(
    "%s is recorded verbatim",
    (status) => {
      expect(buildExpected(aSubscription({ status }), { record: aRecordInSync() })).toMatchObject({
        user: { subscriptionStatus: status, plan: "army", stripeCustomerId: "cus_1" },
        billing: { status, stripeSubscriptionId: "sub_1" },
        workspaces: [aLockedWorkspace()],
      });
    },
  );

  it("a plan that the application cleared stays cleared", () => {
    const cleared = aRecordInSync({ user: { plan: null }, billing: aBillingRow({ plan: null }) });
    expect(buildExpected(aCanceledSubscription(), { record: cleared })).toMatchObject({
      user: { plan: null },
      billing: { plan: null },
    });
    const free = aRecordInSync({ user: { plan: "free" } });
    const policy = { ...CONTEXT.policy, noPlanWord: "free" };
    expect(buildExpected(aCanceledSubscription(), { record: free, policy }).user.plan).toBe("free");
  });

  it("a recorded plan stays as it is, also a word that only the application knows", () => {
    const record = aRecordInSync({ user: { plan: "free" }, billing: aBillingRow({ plan: "starter" }) });
    expect(buildExpected(aCanceledSubscription(), { record })).toMatchObject({
      user: { plan: "free" },
      billing: { plan: "starter" },
    });
  });

  it("another subscription's row gets the plan of that subscription", () => {
    const record = aRecordInSync({
      billing: aBillingRow({ stripeSubscriptionId: "sub_old", plan: "starter" }),
    });
    expect(buildExpected(aCanceledSubscription(), { record }).billing).toMatchObject({ plan: "army" });
  });

  it("a plan that was cleared is recorded again when there is access", () => {
    const cleared = aRecordInSync({ user: { plan: null }, billing: aBillingRow({ plan: null }) });
    expect(buildExpected(aSubscription(), { record: cleared })).toMatchObject({
      user: { plan: "army" },
      billing: { plan: "army" },
    });
  });

  it("an ended subscription with an unmapped price leaves the recorded plan", () => {
    const ended = aCanceledSubscription({ items: [anUnmappedItem()] });
    expect(buildExpected(ended, { record: aRecordInSync() })).toMatchObject({
      user: { plan: "army" },
      billing: { plan: "army", stripePriceId: "price_other" },
    });
  });

  it("a cancellation is not scheduled any more once it has happened", () => {
    const ended = aCanceledSubscription({ cancelAtPeriodEnd: true, cancelAt: NOW - 2 * DAY });
    expect(buildExpected(ended, { record: aRecordInSync() }).user.cancelAtPeriodEnd).toBe(false);
  });
});

describe("when nothing in Stripe counts", () => {
  it.each(["active", "ACTIVE", "past_due", "lifetime", "premium", "", "canceled", null])(
    "plan, status %j and dates stay as recorded; only usable workspaces would be locked",
    (subscriptionStatus) => {
      const user = {
        stripeCustomerId: "cus_1",
        plan: "enterprise",
        subscriptionStatus,
        currentPeriodEnd: NOW,
        cancelAtPeriodEnd: true,
      };
      const odd = { id: "w_3", status: "locked", seats: 3 };
      const archived = { id: "w_4", status: "archived", seats: 2 };
      const workspaces = [anOpenWorkspace(5, "w_1"), aLockedWorkspace("w_2"), odd, archived];
      const record = aRecord({ user, billing: aBillingRow(), workspaces });
      expect(buildExpected(null, { record })).toEqual({
        user,
        billing: aBillingRow(),
        workspaces: [aLockedWorkspace("w_1"), aLockedWorkspace("w_2"), odd, archived],
      });
    },
  );

  it("the plan does not become the application's word for none", () => {
    const policy = { ...CONTEXT.policy, noPlanWord: "free" };
    for (const plan of ["free", "army", null])
      expect(buildExpected(null, { record: aRecord({ user: { plan } }), policy }).user.plan).toBe(plan);
  });

  it("without workspaces it is the status that gives access which would be revoked", () => {
    const buildStatus = (subscriptionStatus: string, comp = aComp({ expiresAt: NOW })) =>
      buildExpected(null, {
        record: aRecord({ user: { subscriptionStatus }, workspaces: [] }),
        comp: comp.expiresAt > NOW ? comp : null,
      }).user.subscriptionStatus;
    expect(["active", "lifetime", "canceled"].map((one) => buildStatus(one))).toEqual([
      null,
      "lifetime",
      "canceled",
    ]);
    expect(buildStatus("active", aComp())).toBe("active");
  });
});

describe("the customer id", () => {
  const buildCustomerId = (stripeCustomerId: string | null, customers: ObservedCustomer[]) =>
    buildExpected(aSubscription({ customerId: "cus_2" }), {
      record: aRecord({ user: { stripeCustomerId } }),
      customers: [...customers, aCustomer({ id: "cus_2" })],
    }).user.stripeCustomerId;

  it("is that of the subscription that counts when none is stored", () => {
    expect(buildCustomerId(null, [])).toBe("cus_2");
  });

  it("is the stored one while Stripe has it", () => {
    expect(buildCustomerId("cus_1", [aCustomer()])).toBe("cus_1");
    expect(buildCustomerId("cus_1", [])).toBe("cus_1");
  });

  it("is that of the subscription that counts once the stored one is gone", () => {
    expect(buildCustomerId("cus_1", [aCustomer({ state: "deleted" })])).toBe("cus_2");
    expect(buildCustomerId("cus_1", [aCustomer({ state: "missing" })])).toBe("cus_2");
  });
});

describe("a comp", () => {
  const seats = (subscription: Subscription | null, plan = ARMY) =>
    buildExpected(subscription, { comp: aComp({ plan }) }).workspaces;

  it("is a floor under the workspaces: the larger of the two", () => {
    expect(seats(null)).toEqual([anOpenWorkspace(5)]);
    expect(seats(aSubscription({ items: [aStarterItem()] }))).toEqual([anOpenWorkspace(5)]);
    expect(seats(aSubscription(), aComp().plan)).toEqual([anOpenWorkspace(5)]);
    expect(seats(aCanceledSubscription(), aComp().plan)).toEqual([anOpenWorkspace(1)]);
  });

  it("leaves the billing fields to Stripe", () => {
    const record = aRecordInSync();
    const expected = buildExpected(aCanceledSubscription(), { record, comp: aComp({ plan: ARMY }) });
    expect(expected).toMatchObject({
      user: { subscriptionStatus: "canceled" },
      billing: { status: "canceled" },
    });
    expect(buildExpected(null, { comp: aComp() })).toMatchObject({ user: { plan: null }, billing: null });
  });
});
