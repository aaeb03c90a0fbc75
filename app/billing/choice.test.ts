import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideAccess } from "./access";
import {
  chooseItem,
  compareSubscriptions,
  findUnmapped,
  listOpenSubscriptions,
  rankSubscriptions,
  rateSubscription,
} from "./choice";
import type { Subscription } from "./observation";
import { buildCatalogue, findMapping, findPlan } from "./plans";
import { catalogue, PATIENT, subscriptions, withRuns } from "./testing/arbitraries";
import {
  ARMY,
  aCanceledSubscription,
  anArmyItem,
  anUnmappedItem,
  aStarterItem,
  aSubscription,
  CATALOGUE,
  CONTEXT,
  DAY,
  NOW,
  STARTER,
} from "./testing/observations";

const ordered = (all: Subscription[], recordedSubscriptionId: string | null = null) =>
  rankSubscriptions({ subscriptions: all, recordedSubscriptionId, ...CONTEXT });
const idsInOrder = (...all: Subscription[]) => ordered(all).map((one) => one.subscription.id);

/** Checks that `first` goes first in both orders of input. */
function expectFirst(first: Partial<Subscription>, second: Partial<Subscription>) {
  // By their ids they would be the other way round: ids must not decide.
  const a = aSubscription({ id: "sub_z", ...first });
  const b = aSubscription({ id: "sub_a", ...second });
  expect(idsInOrder(a, b)[0]).toBe(a.id);
  expect(idsInOrder(b, a)[0]).toBe(a.id);
}

describe("the subscription that counts", () => {
  it("is one that gives access before one of unknown status", () => {
    expectFirst({ items: [aStarterItem()] }, { status: "dormant" });
  });

  it("is one that gives access at an unmapped price before one of unknown status at an unmapped price", () => {
    expectFirst({ items: [anUnmappedItem()] }, { status: "dormant", items: [anUnmappedItem()] });
  });

  it("is one of unknown status at a mapped price before one at an unmapped price that gives access", () => {
    expectFirst({ status: "dormant" }, { items: [anUnmappedItem()] });
  });

  it("is one of unknown status before one that is open", () => {
    expectFirst({ status: "dormant", items: [aStarterItem()] }, { status: "unpaid" });
  });

  it("is an open one before one that has ended", () => {
    expectFirst({ status: "paused" }, { status: "canceled", endedAt: NOW, items: [anUnmappedItem()] });
  });

  it("is an ended one at a mapped price before an open one at an unmapped price", () => {
    const ended = { status: "canceled", endedAt: NOW - 900 * DAY, items: [aStarterItem()] };
    expectFirst(ended, { items: [anUnmappedItem({ unitAmount: 900_000 })] });
    expectFirst(ended, { status: "unpaid", items: [anUnmappedItem()] });
  });

  it("of two ended ones is the one with the newest end, also at an unmapped price", () => {
    const older = { status: "canceled", endedAt: NOW - 9 * DAY };
    expectFirst({ status: "canceled", endedAt: NOW, items: [anUnmappedItem()] }, older);
  });

  it("is never one that buys only what is ignored, whatever its status", () => {
    const catalogue = buildCatalogue(
      [ARMY],
      [
        { planId: null, priceId: null, lookupKey: null, productId: "prod_news" },
        { planId: "army", priceId: null, lookupKey: "army_yearly" },
      ],
    );
    const rank = (...subscriptions: Subscription[]) =>
      rankSubscriptions({ subscriptions, recordedSubscriptionId: null, ...CONTEXT, catalogue });
    const news = anUnmappedItem({ productId: "prod_news" });
    expect(rank(aSubscription({ items: [news] }))).toEqual([]);
    expect(rank(aSubscription({ items: [news, anArmyItem()] }))).toMatchObject([
      { plan: ARMY, access: "yes" },
    ]);
    expect(rank(aSubscription({ items: [news, anUnmappedItem({ id: "si_2" })] }))).toMatchObject([
      { purchase: "unmapped", item: { id: "si_2" } },
    ]);
  });

  it("is a past due one in grace before an open one, but not after grace", () => {
    const overdue = { status: "past_due", items: [aStarterItem()] };
    expectFirst({ ...overdue, pastDueSince: NOW - 6 * DAY }, { status: "unpaid" });
    expectFirst({ status: "unpaid" }, { ...overdue, pastDueSince: NOW - 8 * DAY });
  });

  it("is the ended one with the newest end, whatever its plan", () => {
    expectFirst(
      { status: "canceled", endedAt: NOW - DAY, items: [aStarterItem()], created: NOW - 9 * DAY },
      { status: "canceled", endedAt: NOW - 2 * DAY, created: NOW - DAY },
    );
  });

  it("is the one at a mapped price among equals", () => {
    expectFirst({ items: [aStarterItem()] }, { items: [anUnmappedItem({ unitAmount: 900_000 })] });
  });

  it("is the one at a mapped price among equals, even if its plan has no seats", () => {
    const free = { id: "free", name: "Free", seats: 0 };
    const catalogue = buildCatalogue([free], [{ planId: "free", priceId: "price_free", lookupKey: null }]);
    const all = [
      aSubscription({ id: "sub_a", items: [anUnmappedItem()] }),
      aSubscription({ id: "sub_z", items: [anUnmappedItem({ priceId: "price_free", unitAmount: 0 })] }),
    ];
    const [first, second] = rankSubscriptions({
      subscriptions: all,
      recordedSubscriptionId: null,
      ...CONTEXT,
      catalogue,
    });
    expect(first).toMatchObject({ subscription: { id: "sub_z" }, access: "no", statusAccess: "yes" });
    expect(findUnmapped(first && second ? [first, second] : [])?.subscription.id).toBe("sub_a");
  });

  it("is the one with more seats among equals", () => {
    expectFirst({ items: [anArmyItem({ unitAmount: 1 })], status: "trialing" }, { items: [aStarterItem()] });
  });

  it("is the one with the larger monthly amount among equals", () => {
    expectFirst(
      { items: [anArmyItem({ unitAmount: 2_000, interval: "month" })], status: "trialing" },
      { items: [anArmyItem()] },
    );
    expectFirst({ items: [anArmyItem({ quantity: 2 })] }, { items: [anArmyItem()], created: NOW });
  });

  it("is the one in the better status among equals", () => {
    expectFirst({ status: "active", created: 1 }, { status: "trialing" });
    expectFirst({ status: "trialing", created: 1 }, { status: "past_due", pastDueSince: NOW });
    expectFirst({ status: "past_due", pastDueSince: 0, created: 1 }, { status: "unpaid" });
    expectFirst({ status: "unpaid", created: 1 }, { status: "paused" });
  });

  it("is the newer one among equals", () => {
    expectFirst({ created: NOW - DAY }, { created: NOW - 2 * DAY });
  });

  it("is decided by the id when all else is equal", () => {
    expect(idsInOrder(aSubscription({ id: "sub_b" }), aSubscription({ id: "sub_a" }))).toEqual([
      "sub_a",
      "sub_b",
    ]);
  });

  it.each(["incomplete", "incomplete_expired"])("is %s only when it is recorded", (status) => {
    const abandoned = aSubscription({ status });
    expect(ordered([abandoned])).toEqual([]);
    expect(ordered([abandoned], "sub_other")).toEqual([]);
    expect(ordered([abandoned], "sub_1")).toHaveLength(1);
  });

  it("is nothing when there is none", () => {
    expect(ordered([])).toEqual([]);
  });

  it(
    "is one that gives access at a mapped price whenever there is one, in any order of input",
    PATIENT,
    () => {
      const context = { ...CONTEXT, catalogue };
      fc.assert(
        fc.property(subscriptions({ maxLength: 4 }), fc.nat(), (all, turn) => {
          const turned = [
            ...all.slice(turn % (all.length + 1)),
            ...all.slice(0, turn % (all.length + 1)),
          ].reverse();
          const rank = (given: Subscription[]) =>
            rankSubscriptions({ subscriptions: given, recordedSubscriptionId: null, ...context });
          const ranked = rank(all);
          expect(rank(turned)).toEqual(ranked);
          // Said in another way than in the code.
          const entitles = (one: Subscription) =>
            decideAccess(one, context.policy, context.now).access === "yes" &&
            one.items.some((item) => item.quantity > 0 && (findPlan(catalogue, item)?.seats ?? 0) > 0);
          const first = ranked[0];
          if (all.some(entitles)) expect(first && entitles(first.subscription)).toBe(true);
          else expect(first?.access === "yes" && first.purchase === "plan").toBe(false);
          for (const { subscription, purchase } of ranked)
            if (purchase !== "unmapped" || subscription.items.length > 0)
              expect(subscription.items.every((item) => findMapping(catalogue, item) === null)).toBe(false);
        }),
        withRuns(500),
      );
    },
  );

  it("is chosen by a total order", PATIENT, () => {
    fc.assert(
      fc.property(subscriptions({ minLength: 3, maxLength: 3 }), (all) => {
        const weighed = ordered(all, all[0]?.id);
        const sign = (a: number) => Math.sign(a);
        for (const a of weighed) {
          for (const b of weighed) {
            expect(sign(compareSubscriptions(a, b)) + sign(compareSubscriptions(b, a))).toBe(0);
            expect(compareSubscriptions(a, b) === 0).toBe(a.subscription.id === b.subscription.id);
            for (const c of weighed) {
              if (compareSubscriptions(a, b) < 0 && compareSubscriptions(b, c) < 0)
                expect(compareSubscriptions(a, c)).toBeLessThan(0);
            }
          }
        }
      }),
      withRuns(300),
    );
  });
});

describe("the item that counts", () => {
  const counts = (...items: Parameters<typeof chooseItem>[0]) => chooseItem(items, CATALOGUE);

  it("is the mapped one with the most seats", () => {
    const items = [
      anUnmappedItem({ unitAmount: 900_000 }),
      aStarterItem({ unitAmount: 800_000 }),
      anArmyItem(),
    ];
    expect(counts(...items)).toMatchObject({ item: { id: "si_army" }, plan: ARMY });
    expect(counts(...items.reverse())).toMatchObject({ item: { id: "si_army" }, plan: ARMY });
  });

  it("is an unmapped one only when none is mapped", () => {
    expect(counts(anUnmappedItem(), aStarterItem({ unitAmount: null }))).toMatchObject({ plan: STARTER });
    expect(counts(anUnmappedItem())).toMatchObject({ item: { id: "si_other" }, plan: null });
  });

  it("is nothing when Stripe lists no item", () => {
    expect(counts()).toEqual({ item: null, plan: null, purchase: "unmapped" });
  });

  it("is never one of quantity 0, and a subscription of such items buys nothing (case 7)", () => {
    const items = [anArmyItem({ quantity: 0 }), aStarterItem()];
    expect(counts(...items)).toMatchObject({ item: { id: "si_starter" }, plan: STARTER });
    expect(counts(...items.reverse())).toMatchObject({ item: { id: "si_starter" }, plan: STARTER });
    expect(counts(anArmyItem({ quantity: 0 }))).toMatchObject({ plan: null, purchase: "nothing" });
    expect(counts(anArmyItem({ quantity: 0 }), anUnmappedItem())).toMatchObject({ purchase: "unmapped" });
  });

  it("does not depend on the order of the items", () => {
    const same = [anArmyItem({ id: "si_b" }), anArmyItem({ id: "si_a" })];
    expect(counts(...same).item?.id).toBe("si_a");
    expect(counts(...same.reverse()).item?.id).toBe("si_a");
  });

  it("may be mapped to a plan without seats, which hides nothing that is not mapped", () => {
    const free = { id: "free", name: "Free", seats: 0 };
    const catalogue = buildCatalogue([free], [{ planId: "free", priceId: "price_free", lookupKey: null }]);
    const item = anUnmappedItem({ id: "si_free", priceId: "price_free" });
    expect(chooseItem([item], catalogue).plan).toEqual(free);
    expect(chooseItem([anUnmappedItem(), item], catalogue).purchase).toBe("unmapped");
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
    const all = statuses.map((status) => rateSubscription(aSubscription({ id: status, status }), CONTEXT));
    expect(listOpenSubscriptions(all).map(({ subscription }) => subscription.id)).toEqual(
      statuses.slice(0, 6),
    );
    expect(listOpenSubscriptions([rateSubscription(aCanceledSubscription(), CONTEXT)])).toEqual([]);
  });

  it("are not those that buy nothing", () => {
    const nothing = aSubscription({ items: [anArmyItem({ quantity: 0 })] });
    expect(listOpenSubscriptions([rateSubscription(nothing, CONTEXT)])).toEqual([]);
  });
});
