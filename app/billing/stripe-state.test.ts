import { describe, expect, it } from "vitest";
import type { Subscription } from "./observation";
import { describeStripeState } from "./stripe-state";
import { anArmyItem, aStarterItem, aSubscription, NOW } from "./testing/observations";

describe("the state of a user in Stripe", () => {
  const before = describeStripeState([aSubscription()]);

  it.each<[string, Partial<Subscription>]>([
    ["the status", { status: "past_due" }],
    ["a scheduled cancellation", { cancelAtPeriodEnd: true }],
    ["a cancellation at a date", { cancelAt: NOW }],
    ["the price", { items: [aStarterItem()] }],
    ["the quantity", { items: [anArmyItem({ quantity: 2 })] }],
    ["the subscription", { id: "sub_2" }],
  ])("changes when %s changes, and a hold ends", (_, changes) => {
    expect(describeStripeState([aSubscription(changes)])).not.toBe(before);
  });

  it("changes when a subscription comes or goes", () => {
    expect(describeStripeState([])).not.toBe(before);
    expect(describeStripeState([aSubscription(), aSubscription({ id: "sub_2" })])).not.toBe(before);
  });

  it("stays the same when only a new period begins, or the order changes", () => {
    expect(describeStripeState([aSubscription({ items: [anArmyItem({ periodEnd: NOW })] })])).toBe(before);
    const several = [
      aSubscription({ items: [anArmyItem(), aStarterItem()] }),
      aSubscription({ id: "sub_2" }),
    ];
    const reversed = [
      aSubscription({ id: "sub_2" }),
      aSubscription({ items: [aStarterItem(), anArmyItem()] }),
    ];
    expect(describeStripeState(reversed)).toBe(describeStripeState(several));
  });
});
