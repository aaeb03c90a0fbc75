import type { RatedSubscription } from "~/billing/choice";
import { type EpochSeconds, isCancelScheduled, isOpen } from "~/billing/observation";
import type { Policy } from "~/billing/policy";
import { findStatusWord } from "~/billing/vocabulary/vocabulary";
import { findEnd } from "~/mapping/file-fields";

/** A subscription as `parity.write_records` takes it. What is left out is not written. */
export type WrittenSubscription = {
  id: string;
  customerId: string;
  status?: string;
  plan?: string | null;
  priceId: string | null;
  productId: string | null;
  quantity: number | null;
  amount: number | null;
  currency: string | null;
  interval: string | null;
  intervalCount: number | null;
  created: EpochSeconds;
  periodStart: EpochSeconds | null;
  periodEnd: EpochSeconds | null;
  cancelAtPeriodEnd: boolean;
  cancelAt: EpochSeconds | null;
  canceledAt: EpochSeconds | null;
  endedAt: EpochSeconds | null;
  endsAt: EpochSeconds | null;
  /** A row is made for it where there is none. */
  insert: boolean;
};

/** A subscription in the application's words; a status that it has no word for is not written. */
export function toWrittenSubscription(
  { subscription, item, plan, access }: RatedSubscription,
  { vocabulary, noPlanWord }: Policy,
): WrittenSubscription {
  const isScheduled = isCancelScheduled(subscription);
  const status = findStatusWord(subscription.status, isScheduled, vocabulary);
  const planWord = access === "yes" ? plan?.id : vocabulary.planOnEnd === "none" ? noPlanWord : undefined;
  return {
    id: subscription.id,
    customerId: subscription.customerId,
    ...(status === undefined ? {} : { status }),
    ...(planWord === undefined ? {} : { plan: planWord }),
    priceId: item?.priceId ?? null,
    productId: item?.productId ?? null,
    quantity: item?.quantity ?? null,
    amount: item?.unitAmount ?? null,
    currency: item?.currency ?? null,
    interval: item?.interval ?? null,
    intervalCount: item?.intervalCount ?? null,
    created: subscription.created,
    periodStart: item?.periodStart ?? null,
    periodEnd: item?.periodEnd ?? null,
    cancelAtPeriodEnd: isScheduled,
    cancelAt: subscription.cancelAt,
    canceledAt: subscription.canceledAt,
    endedAt: subscription.endedAt,
    endsAt: findEnd(item?.periodEnd ?? null, subscription),
    insert: isOpen(subscription),
  };
}
