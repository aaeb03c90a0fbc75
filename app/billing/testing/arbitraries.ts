import fc from "fast-check";
import type { PolicyContext } from "~/billing/evaluation/evaluate";
import type { CustomerState, ObservedCustomer, Subscription, SubscriptionItem } from "~/billing/observation";
import { buildCatalogue } from "~/billing/plans";
import { STRIPES_WORDS, type Vocabulary } from "~/billing/vocabulary/vocabulary";
import { ARMY, anArmyItem, anUnmappedItem, aStarterItem, DAY, NOW, STARTER } from "./observations";

/** Small pools of values, so that conflicts, several subscriptions, matching ids and last seconds often occur. */
export const PRO = { id: "pro", name: "Pro", seats: 3 };
const FREE = { id: "free", name: "Free", seats: 0 };

/** The version at which revocations were evaluated; customers are read before it, at it, and after it. */
export const REVOCATION_VERSION = 5;

export const catalogue = buildCatalogue(
  [STARTER, ARMY, PRO, FREE],
  [
    { planId: "starter", priceId: null, lookupKey: "starter_monthly" },
    { planId: "army", priceId: null, lookupKey: "army_yearly" },
    { planId: "pro", priceId: "price_pro", lookupKey: null },
    { planId: "free", priceId: null, lookupKey: null, productId: "prod_free" },
    { planId: null, priceId: null, lookupKey: null, productId: "prod_news" },
  ],
);

const isHunt = Boolean(process.env.PARITY_HUNT);

/**
 * How often a property runs: an eighth as often on the same seeds each time. With `PARITY_HUNT=1` 50 times as often on new ones, or as
 * often as fits into two minutes.
 */
export const withRuns = (numRuns: number) =>
  isHunt
    ? { numRuns: numRuns * 50, interruptAfterTimeLimit: 120_000, markInterruptAsFailure: false }
    : { numRuns: Math.ceil(numRuns / 8) };

/** The timeout of property tests, long enough for a busy machine. */
export const PATIENT = { timeout: 120_000 * (isHunt ? 50 : 1) };

export const contexts: fc.Arbitrary<PolicyContext> = fc.record({
  catalogue: fc.constant(catalogue),
  policy: fc.record({
    graceDays: fc.constantFrom(7, 7, 0, 14),
    noPlanWord: fc.constantFrom(null, null, "free"),
    vocabulary: fc
      .constantFrom<Vocabulary["statusesWithAccess"]>(
        ...(["by_policy", "by_policy", "not_said"] as const),
        ...[
          ["active", "trialing"],
          ["active", "trialing", "past_due", "unpaid"],
        ],
      )
      .map((statusesWithAccess) => ({ ...STRIPES_WORDS, statusesWithAccess })),
  }),
  now: fc.constant(NOW),
});

const items: fc.Arbitrary<SubscriptionItem> = fc
  .tuple(
    fc.constantFrom(
      aStarterItem(),
      anArmyItem(),
      anArmyItem({ id: "si_old", priceId: "price_army_old", unitAmount: 15_000 }),
      anUnmappedItem({ id: "si_pro", priceId: "price_pro", unitAmount: null }),
      anUnmappedItem({ id: "si_free", priceId: "price_free", productId: "prod_free", unitAmount: 0 }),
      anUnmappedItem({ id: "si_news", priceId: "price_news", productId: "prod_news", unitAmount: 300 }),
      anUnmappedItem({ id: "si_calls", unitAmount: null, pricing: { kind: "metered" } }),
      anUnmappedItem(),
    ),
    fc.constantFrom(1, 1, 1, 3, 0),
    fc.constantFrom("usd", "usd", "eur"),
    fc.constantFrom(undefined, undefined, null),
  )
  .map(([item, quantity, currency, noPeriod]) => ({
    ...item,
    quantity,
    currency,
    ...(noPeriod === null ? { periodStart: null, periodEnd: null } : {}),
  }));

const STATUSES = [
  "active",
  "active",
  "active",
  "trialing",
  "past_due",
  "past_due",
  "unpaid",
  "paused",
  "incomplete",
  "incomplete_expired",
  "canceled",
  "canceled",
  "dormant",
] as const;

const subscription: fc.Arbitrary<Omit<Subscription, "id" | "customerId">> = fc
  .record({
    status: fc.constantFrom(...STATUSES),
    items: fc.uniqueArray(items, { maxLength: 2, minLength: 1, selector: ({ id }) => id }),
    noItems: fc.constantFrom(false, false, false, false, false, false, false, false, false, true),
    created: fc.constantFrom(NOW - 40 * DAY, NOW - 20 * DAY, NOW - DAY),
    pastDueSince: fc.constantFrom(-1, 0, 1, 3 * DAY, 7 * DAY, -7 * DAY).map((later) => NOW - 7 * DAY + later),
    unpaidSince: fc.constantFrom(null, null, NOW - 8 * DAY, NOW - 7 * DAY, NOW - DAY, NOW + DAY),
    endedAt: fc.constantFrom(NOW - 3 * DAY, NOW - DAY),
    cancelAt: fc.constantFrom(null, null, NOW + 5 * DAY),
    cancelAtPeriodEnd: fc.constantFrom(false, false, true),
    entitlingSince: fc.constantFrom(null, NOW - DAY),
  })
  .map(({ noItems, items, pastDueSince, unpaidSince, endedAt, ...rest }) => {
    const isOver = rest.status === "canceled" || rest.status === "incomplete_expired";
    return {
      ...rest,
      items: noItems ? [] : items,
      startDate: rest.created,
      canceledAt: rest.status === "canceled" ? endedAt : null,
      endedAt: isOver ? endedAt : null,
      pastDueSince: rest.status === "past_due" ? pastDueSince : null,
      metadataUserId: null,
      latestInvoiceId: null,
      testClockId: null,
      collectionPaused: false,
      unpaidSince: rest.status === "past_due" ? unpaidSince : null,
    };
  });

/** Subscriptions `sub_0`, `sub_1`, … of `cus_1`. */
export const subscriptions = (size: {
  minLength?: number;
  maxLength: number;
}): fc.Arbitrary<Subscription[]> =>
  fc
    .array(subscription, size)
    .map((all) => all.map((one, index) => ({ ...one, id: `sub_${index}`, customerId: "cus_1" })));

const customerIds = ["cus_1", "cus_2", "cus_3"] as const;

/** `cus_1` to `cus_3`: a deleted one has only ended subscriptions, a missing one has none. */
export const customers: fc.Arbitrary<ObservedCustomer[]> = fc
  .tuple(
    ...customerIds.map((id) =>
      fc.record({
        id: fc.constant(id),
        state: fc.constantFrom<CustomerState>(
          "present",
          "present",
          "present",
          "present",
          "present",
          "deleted",
          "missing",
        ),
        subscriptions: fc.array(subscription, { maxLength: 2, size: "max" }),
        completeVersionStart: fc.constantFrom(
          null,
          REVOCATION_VERSION - 1,
          REVOCATION_VERSION,
          ...Array<number>(9).fill(REVOCATION_VERSION + 1),
        ),
      }),
    ),
  )
  .map((all) =>
    all.map(({ state, ...one }) => ({
      ...one,
      state,
      email: state === "present" ? "ada@example.com" : null,
      name: null,
      metadataUserId: null,
      created: NOW - 60 * DAY,
      completeAt: one.completeVersionStart === null ? null : NOW - 60,
      subscriptions: one.subscriptions
        .map((each, index) => ({ ...each, id: `sub_${one.id.at(-1)}${index}`, customerId: one.id }))
        .filter(({ status }) => (state === "present" ? true : state === "deleted" && status === "canceled")),
    })),
  );
