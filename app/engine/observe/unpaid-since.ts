import type { EpochSeconds } from "~/billing/observation";
import type { ReadInvoice } from "~/stripe/reads/invoice";

/** Of these an amount is due, also when it was given up to be paid. */
const OWED = new Set(["open", "uncollectible"]);

/** It belongs to no period of the subscription: paying it, or not, leaves the status as it is. */
const isBeside = ({ status, isManual }: ReadInvoice) =>
  isManual || status === null || status === "draft" || status === "void";

/**
 * Since when a subscription that is past due now is unpaid, by its invoices, newest first: since the oldest unpaid one after
 * the last paid one became payable. A new invoice does not begin a new spell. Null when none of them was payable by `now`.
 */
export function findUnpaidSince(invoices: readonly ReadInvoice[], now: EpochSeconds): EpochSeconds | null {
  let since: EpochSeconds | null = null;
  let isOwing = false;
  for (const invoice of invoices) {
    if (isBeside(invoice)) continue;
    if (invoice.status === "paid") {
      // What came after it did not end the spell, and a change of the plan for which nothing was due is no payment.
      if (!isOwing || invoice.isFreeChange) continue;
      return since;
    }
    if (!OWED.has(invoice.status ?? "")) continue;
    isOwing = true;
    const { payableSince } = invoice;
    if (payableSince !== null && payableSince <= now) since = Math.min(since ?? payableSince, payableSince);
  }
  return since;
}

/** Since when this invoice alone is unpaid; null when it is not owed, or not yet. */
export const findOwedSince = (invoice: ReadInvoice, now: EpochSeconds): EpochSeconds | null =>
  isBeside(invoice) ? null : findUnpaidSince([invoice], now);
