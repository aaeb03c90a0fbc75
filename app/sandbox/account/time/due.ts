import type { InvoiceRecord } from "~/sandbox/store/billing-records";
import type { CheckoutSessionRecord, SubscriptionRecord } from "~/sandbox/store/records";

const HOUR = 3_600;
const DAY = 86_400;
const INCOMPLETE_FOR = 23 * HOUR;
const NOTICE_OF_TRIAL_END = 3 * DAY;
const NOTICE_OF_INVOICE = 7 * DAY;
const RUNS = new Set(["active", "past_due", "trialing", "unpaid"]);

/** What time does to an object. */
export const DUE_KINDS = [
  "subscription",
  "trial_will_end",
  "invoice_upcoming",
  "invoice",
  "session",
] as const;
export type DueKind = (typeof DUE_KINDS)[number];

export interface Due {
  kind: DueKind;
  at: number;
}

/** When time changes a subscription next: it ends, renews, expires, or is collected again. Undefined: never. */
export function findSubscriptionDue({
  status,
  created,
  items,
  rare,
}: SubscriptionRecord): number | undefined {
  if (rare.still) return undefined;
  if (status === "incomplete") return created + INCOMPLETE_FOR;
  if (!RUNS.has(status)) return undefined;
  const times = [
    rare.cancel_at,
    rare.pause_collection?.resumes_at,
    ...items.map(({ periodEnd }) => periodEnd),
  ].filter((time) => time !== null && time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** When the account is told of what will happen to a subscription. */
export function listNotices({ status, items, rare, created }: SubscriptionRecord): Due[] {
  if (rare.still) return [];
  const notices: Due[] = [];
  if (status === "trialing" && rare.trial_end !== null) {
    const at = Math.max(rare.trial_end - NOTICE_OF_TRIAL_END, rare.trial_start ?? created);
    notices.push({ kind: "trial_will_end", at });
  }
  const [first] = items;
  const ends = rare.cancel_at_period_end || rare.cancel_at !== null;
  if (first && !ends && (status === "active" || status === "trialing")) {
    const at = first.periodEnd - NOTICE_OF_INVOICE;
    if (at > first.periodStart) notices.push({ kind: "invoice_upcoming", at });
  }
  return notices;
}

/** When time changes an invoice next: a draft is finalized, a payment is tried again, a sent one is overdue. */
export function findInvoiceDue(invoice: InvoiceRecord): number | undefined {
  if (invoice.status === "draft") return invoice.autoAdvance ? (invoice.finalizesAt ?? undefined) : undefined;
  if (invoice.status !== "open") return undefined;
  if (invoice.collectionMethod === "send_invoice") return invoice.dueDate ?? undefined;
  return invoice.nextPaymentAttempt ?? undefined;
}

export function findSessionDue({ status, expiresAt }: CheckoutSessionRecord): number | undefined {
  return status === "open" ? expiresAt : undefined;
}
