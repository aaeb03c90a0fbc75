import { findStatusWord, STRIPES_WORDS } from "~/billing/vocabulary/vocabulary";
import type { Mapping } from "~/mapping/mapping.server";
import type { WrittenRecord } from "~/mapping/testing/application";
import { findCounting, type Owner } from "./owners";
import type { RecordedSubscription } from "./shape";

/** The record that an owner should have, in the application's words, as it is handed to the bridge. */
export function toWritten(mapping: Mapping, { id, truth }: Owner): WrittenRecord[] {
  const counting = findCounting(truth);
  if (!counting) return [];
  const { live } = counting;
  const plan = live ? counting.plan : mapping.plan.onEnd === "none" ? mapping.plan.none : undefined;
  const sets = mapping.plans[live ? counting.plan : (mapping.plan.none ?? "")]?.sets ?? {};
  const entry = toEntry(mapping, counting);
  return [
    {
      userId: id,
      user: {
        stripeCustomerId: counting.customer,
        ...(plan === undefined ? {} : { plan }),
        subscriptionStatus: entry.status,
        currentPeriodEnd: counting.end,
        cancelAtPeriodEnd: counting.cancels,
        ...Object.fromEntries(Object.entries(sets).map(([name, value]) => [`sets.${name}`, value])),
      },
      billing: {
        stripeSubscriptionId: counting.id,
        stripePriceId: counting.price,
        currentPeriodStart: counting.start,
        productId: counting.product,
        quantity: counting.quantity,
        createdAt: counting.created,
        cancelAt: entry.cancelAt,
        canceledAt: counting.canceled,
        endedAt: counting.ended,
        endsAt: entry.endsAt,
        customerId: counting.customer,
      },
      ends: !live,
      subscriptions: truth.subs.map((subscription) => ({ ...toEntry(mapping, subscription), insert: true })),
    },
  ];
}

function toEntry({ status: { words, cancelScheduled } }: Mapping, one: RecordedSubscription) {
  const vocabulary = {
    ...STRIPES_WORDS,
    statusWords: words ?? null,
    cancelScheduledWord: cancelScheduled ?? null,
  };
  return {
    ...{ id: one.id, customerId: one.customer, priceId: one.price, productId: one.product, plan: one.plan },
    ...{
      quantity: one.quantity,
      currency: "usd",
      created: one.created,
      periodStart: one.start,
      periodEnd: one.end,
    },
    status: findStatusWord(one.status, one.cancels, vocabulary) ?? null,
    cancelAtPeriodEnd: one.cancels,
    cancelAt: one.cancels ? one.end : null,
    canceledAt: one.canceled,
    endedAt: one.ended,
    endsAt: one.ended ?? (one.cancels ? one.end : null),
  };
}
