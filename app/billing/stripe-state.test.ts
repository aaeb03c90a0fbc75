import { describe, expect, it } from "vitest";
import type { Subscription } from "./observation";
import { stripeStateOf } from "./stripe-state";
import { armyItem, aSubscription, NOW, starterItem } from "./testing/observations";

describe("Stripe's word about a user", () => {
  const before = stripeStateOf([aSubscription()]);

  it.each<[string, Partial<Subscription>]>([
    ["the status", { status: "past_due" }],
    ["a scheduled cancellation", { cancelAtPeriodEnd: true }],
    ["a cancellation at a date", { cancelAt: NOW }],
    ["the price", { items: [starterItem()] }],
    ["the quantity", { items: [armyItem({ quantity: 2 })] }],
    ["the subscription", { id: "sub_2" }],
  ])("is another when %s changes, and a hold ends", (_, changes) => {
    expect(stripeStateOf([aSubscription(changes)])).not.toBe(before);
  });

  it("is another when a subscription comes or goes", () => {
    expect(stripeStateOf([])).not.toBe(before);
    expect(stripeStateOf([aSubscription(), aSubscription({ id: "sub_2" })])).not.toBe(before);
  });

  it("is the same when only a new period begins, or things come in another order", () => {
    expect(stripeStateOf([aSubscription({ items: [armyItem({ periodEnd: NOW })] })])).toBe(before);
    const several = [aSubscription({ items: [armyItem(), starterItem()] }), aSubscription({ id: "sub_2" })];
    const reversed = [aSubscription({ id: "sub_2" }), aSubscription({ items: [starterItem(), armyItem()] })];
    expect(stripeStateOf(reversed)).toBe(stripeStateOf(several));
  });
});
