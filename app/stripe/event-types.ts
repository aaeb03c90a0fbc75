/** One type of Stripe event that Parity handles. A name that ends in `.*` stands for every type that begins like it. */
type EventType = {
  name: string;
  /** Asked for with `GET /v1/events`, which takes exact names only, at most 20. */
  polled: boolean;
  /** The customer paid at that moment: the time from payment to access is counted from it. */
  payment: boolean;
};

/** Every type that is a signal to read a customer again. The webhook endpoint in Stripe must send them (docs/how-it-works.md). */
export const EVENT_TYPES = [
  { name: "customer.created", polled: true, payment: false },
  { name: "customer.updated", polled: true, payment: false },
  { name: "customer.deleted", polled: true, payment: false },
  { name: "customer.subscription.created", polled: true, payment: true },
  { name: "customer.subscription.updated", polled: true, payment: false },
  { name: "customer.subscription.deleted", polled: true, payment: false },
  { name: "customer.subscription.paused", polled: true, payment: false },
  { name: "customer.subscription.resumed", polled: true, payment: false },
  { name: "customer.subscription.pending_update_applied", polled: true, payment: false },
  { name: "customer.subscription.pending_update_expired", polled: true, payment: false },
  { name: "customer.subscription.trial_will_end", polled: true, payment: false },
  // Stripe adds types: a webhook about any of them is a signal too.
  { name: "customer.subscription.*", polled: false, payment: false },
  { name: "checkout.session.completed", polled: true, payment: true },
  { name: "checkout.session.async_payment_succeeded", polled: true, payment: false },
  { name: "checkout.session.async_payment_failed", polled: true, payment: false },
  { name: "invoice.paid", polled: true, payment: true },
  { name: "invoice.payment_failed", polled: true, payment: false },
  { name: "charge.refunded", polled: true, payment: false },
  { name: "charge.dispute.created", polled: true, payment: false },
  { name: "charge.dispute.closed", polled: true, payment: false },
  { name: "charge.dispute.*", polled: false, payment: false },
  { name: "refund.failed", polled: true, payment: false },
  { name: "refund.updated", polled: false, payment: false },
] as const satisfies readonly EventType[];

type Entry = (typeof EVENT_TYPES)[number];
type PolledEntry = Extract<Entry, { polled: true }>;

const isPolled = (type: Entry): type is PolledEntry => type.polled;

export const POLLED_TYPES = EVENT_TYPES.filter(isPolled).map(({ name }) => name);

/** Those about what no list of subscriptions tells: checkout sessions, which may be all that says whose customer it is, and refunds and disputes. */
export const UNLISTED_TYPES = POLLED_TYPES.filter((name) =>
  /^(checkout\.session|charge|refund)\./.test(name),
);

export const PAYMENT_TYPES: readonly string[] = EVENT_TYPES.filter(({ payment }) => payment).map(
  ({ name }) => name,
);

const NAMES = new Set<string>(EVENT_TYPES.map(({ name }) => name));
const PREFIXES = [...NAMES].filter((name) => name.endsWith(".*")).map((name) => name.slice(0, -1));

/** Whether an event of this type is a signal to read its customer again. */
export function isHandledEvent(type: string): boolean {
  return NAMES.has(type) || PREFIXES.some((prefix) => type.startsWith(prefix) && type !== prefix);
}
