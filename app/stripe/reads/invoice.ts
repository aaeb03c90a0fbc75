import { z } from "zod";
import type { EpochSeconds } from "~/billing/observation";
import { readId, seconds } from "~/stripe/price";

const idOrObject = z.union([z.string(), z.looseObject({ id: z.string() })]).nullish();

/** What an invoice says about its payment. */
export type ReadInvoice = {
  id: string;
  /** `draft`, `open`, `paid`, `uncollectible` or `void`. */
  status: string | null;
  /** Since when it is to be paid: its due date, else its finalization; null for a draft. */
  payableSince: EpochSeconds | null;
  /** The first one of its subscription. */
  isFirst: boolean;
  /** Made by a person, not by the subscription. */
  isManual: boolean;
  /** For a change of the plan or the quantity, with nothing to pay. */
  isFreeChange: boolean;
  /** Ids of the payment intents and charges that paid it, as far as they came with it. */
  paymentIds: string[];
};

const paymentsList = z.object({
  data: z.array(z.object({ payment: z.object({ payment_intent: idOrObject, charge: idOrObject }) })),
});

const invoiceObject = z.object({
  payments: paymentsList.nullish().catch(null),
  id: z.string(),
  status: z.string().nullish(),
  billing_reason: z.string().nullish().catch(null),
  amount_due: z.number().nullish().catch(null),
  due_date: seconds.nullish(),
  status_transitions: z.object({ finalized_at: seconds.nullish() }).nullish(),
});

/** What an invoice says; null for another shape: an invoice is never needed to read a subscription. */
export function parseInvoice(object: unknown): ReadInvoice | null {
  const parsed = invoiceObject.safeParse(object);
  if (!parsed.success) return null;
  const { id, status, billing_reason: reason, due_date, status_transitions, payments } = parsed.data;
  const payableSince = due_date ?? status_transitions?.finalized_at ?? null;
  const paymentIds = (payments?.data ?? [])
    .flatMap(({ payment }) => [readId(payment.payment_intent), readId(payment.charge)])
    .filter((one) => one !== null);
  return {
    ...{ id, status: status ?? null, payableSince, paymentIds },
    isFirst: reason === "subscription_create",
    isManual: reason === "manual",
    isFreeChange: reason === "subscription_update" && parsed.data.amount_due === 0,
  };
}
