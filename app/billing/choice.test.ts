import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareCounting, itemThatCounts, openOnes, subscriptionsInOrder } from "./choice";
import type { Subscription } from "./observation";
import { catalogueOf } from "./plans";
import { PATIENT, runs, subscriptions } from "./testing/arbitraries";
import {
  ARMY,
  aCanceledSubscription,
  armyItem,
  aSubscription,
  CATALOGUE,
  CONTEXT,
  DAY,
  NOW,
  STARTER,
  starterItem,
  unknownItem,
} from "./testing/observations";

const ordered = (all: Subscription[], recordedSubscriptionId: string | null = null) =>
  subscriptionsInOrder({ subscriptions: all, recordedSubscriptionId, ...CONTEXT });
const idsInOrder = (...all: Subscription[]) => ordered(all).map((one) => one.subscription.id);

/** `first` goes first whichever way round the two come. */
function expectFirst(first: Partial<Subscription>, second: Partial<Subscription>) {
  // The ids pull the other way: they must not decide.
  const a = aSubscription({ id: "sub_z", ...first });
  const b = aSubscription({ id: "sub_a", ...second });
  expect(idsInOrder(a, b)[0]).toBe(a.id);
  expect(idsInOrder(b, a)[0]).toBe(a.id);
}

describe("the subscription that counts", () => {
  it("is an entitling one before one of unknown status", () => {
    expectFirst({ items: [starterItem()] }, { status: "dormant" });
  });

  it("is an entitling one at an unknown price before one of unknown status", () => {
    expectFirst({ items: [unknownItem()] }, { status: "dormant" });
  });

  it("is one of unknown status before one that is open", () => {
    expectFirst({ status: "dormant", items: [starterItem()] }, { status: "unpaid" });
  });

  it("is an open one before one that has ended", () => {
    expectFirst({ status: "paused", items: [unknownItem()] }, { status: "canceled", endedAt: NOW });
  });

  it("is past due while in grace before an open one, and after it not", () => {
    const overdue = { status: "past_due", items: [starterItem()] };
    expectFirst({ ...overdue, pastDueSince: NOW - 6 * DAY }, { status: "unpaid" });
    expectFirst({ status: "unpaid" }, { ...overdue, pastDueSince: NOW - 8 * DAY });
  });

  it("is of ended ones the newest end, whatever they bought", () => {
    expectFirst(
      { status: "canceled", endedAt: NOW - DAY, items: [starterItem()], created: NOW - 9 * DAY },
      { status: "canceled", endedAt: NOW - 2 * DAY, created: NOW - DAY },
    );
  });

  it("is among equals one at a claimed price", () => {
    expectFirst({ items: [starterItem()] }, { items: [unknownItem({ unitAmount: 900_000 })] });
  });

  it("is among equals one at a claimed price even if its plan gives no soldiers", () => {
    const free = { id: "free", name: "Free", seats: 0 };
    const catalogue = catalogueOf([free], [{ planId: "free", priceId: "price_free", lookupKey: null }]);
    const all = [
      aSubscription({ id: "sub_a", items: [unknownItem()] }),
      aSubscription({ id: "sub_z", items: [unknownItem({ priceId: "price_free", unitAmount: 0 })] }),
    ];
    const [first] = subscriptionsInOrder({
      subscriptions: all,
      recordedSubscriptionId: null,
      ...CONTEXT,
      catalogue,
    });
    expect(first?.subscription.id).toBe("sub_z");
  });

  it("is among equals the one with more soldiers", () => {
    expectFirst({ items: [armyItem({ unitAmount: 1 })], status: "trialing" }, { items: [starterItem()] });
  });

  it("is among equals the one of the larger monthly amount", () => {
    expectFirst(
      { items: [armyItem({ unitAmount: 2_000, interval: "month" })], status: "trialing" },
      { items: [armyItem()] },
    );
    expectFirst({ items: [armyItem({ quantity: 2 })] }, { items: [armyItem()], created: NOW });
  });

  it("is among equals the one in the better status", () => {
    expectFirst({ status: "active", created: 1 }, { status: "trialing" });
    expectFirst({ status: "trialing", created: 1 }, { status: "past_due", pastDueSince: NOW });
    expectFirst({ status: "past_due", pastDueSince: 0, created: 1 }, { status: "unpaid" });
    expectFirst({ status: "unpaid", created: 1 }, { status: "paused" });
  });

  it("is among equals the newer one", () => {
    expectFirst({ created: NOW - DAY }, { created: NOW - 2 * DAY });
  });

  it("is at last decided by the id", () => {
    expect(idsInOrder(aSubscription({ id: "sub_b" }), aSubscription({ id: "sub_a" }))).toEqual([
      "sub_a",
      "sub_b",
    ]);
  });

  it.each(["incomplete", "incomplete_expired"])("is %s only when that is recorded", (status) => {
    const abandoned = aSubscription({ status });
    expect(ordered([abandoned])).toEqual([]);
    expect(ordered([abandoned], "sub_other")).toEqual([]);
    expect(ordered([abandoned], "sub_1")).toHaveLength(1);
  });

  it("is nothing when there is none", () => {
    expect(ordered([])).toEqual([]);
  });

  it("is chosen by a total order", PATIENT, () => {
    fc.assert(
      fc.property(subscriptions({ minLength: 3, maxLength: 3 }), (all) => {
        const weighed = ordered(all, all[0]?.id);
        const sign = (a: number) => Math.sign(a);
        for (const a of weighed) {
          for (const b of weighed) {
            expect(sign(compareCounting(a, b)) + sign(compareCounting(b, a))).toBe(0);
            expect(compareCounting(a, b) === 0).toBe(a.subscription.id === b.subscription.id);
            for (const c of weighed) {
              if (compareCounting(a, b) < 0 && compareCounting(b, c) < 0)
                expect(compareCounting(a, c)).toBeLessThan(0);
            }
          }
        }
      }),
      runs(300),
    );
  });
});

describe("the item that counts", () => {
  const counts = (...items: Parameters<typeof itemThatCounts>[0]) => itemThatCounts(items, CATALOGUE);

  it("is the claimed one with the most soldiers", () => {
    const items = [unknownItem({ unitAmount: 900_000 }), starterItem({ unitAmount: 800_000 }), armyItem()];
    expect(counts(...items)).toMatchObject({ item: { id: "si_army" }, plan: ARMY });
    expect(counts(...items.reverse())).toMatchObject({ item: { id: "si_army" }, plan: ARMY });
  });

  it("is an unclaimed one only when none is claimed", () => {
    expect(counts(unknownItem(), starterItem({ unitAmount: null }))).toMatchObject({ plan: STARTER });
    expect(counts(unknownItem())).toMatchObject({ item: { id: "si_other" }, plan: null });
  });

  it("is nothing when Stripe lists no item", () => {
    expect(counts()).toEqual({ item: null, plan: null });
  });

  it("does not depend on the order of the items", () => {
    const same = [armyItem({ id: "si_b" }), armyItem({ id: "si_a" })];
    expect(counts(...same).item?.id).toBe("si_a");
    expect(counts(...same.reverse()).item?.id).toBe("si_a");
  });

  it("is claimed also by a plan that gives no soldiers", () => {
    const free = { id: "free", name: "Free", seats: 0 };
    const catalogue = catalogueOf([free], [{ planId: "free", priceId: "price_free", lookupKey: null }]);
    const items = [unknownItem(), unknownItem({ id: "si_free", priceId: "price_free" })];
    expect(itemThatCounts(items, catalogue).plan).toEqual(free);
  });
});

describe("open subscriptions", () => {
  it("are those that are not canceled, incomplete or incomplete_expired; an unknown status is open", () => {
    const statuses = [
      "active",
      "trialing",
      "past_due",
      "unpaid",
      "paused",
      "dormant",
      "canceled",
      "incomplete",
      "incomplete_expired",
    ];
    const all = statuses.map((status) => aSubscription({ id: status, status }));
    expect(openOnes(all).map(({ id }) => id)).toEqual(statuses.slice(0, 6));
    expect(openOnes([aCanceledSubscription()])).toEqual([]);
  });
});
