import { type AccountParts, existing } from "~/sandbox/account/parts";
import { type CheckoutSessionRecord, type Metadata, NO_METADATA } from "~/sandbox/store/records";

export interface CheckoutSessionFields {
  customer?: string | null;
  subscription?: string | null;
  status?: CheckoutSessionRecord["status"];
  payment_status?: CheckoutSessionRecord["paymentStatus"];
}

export interface NewCheckoutSession extends CheckoutSessionFields {
  id?: string;
  /** Epoch seconds; now, unless given. */
  created?: number;
  mode?: CheckoutSessionRecord["mode"];
  client_reference_id?: string | null;
  customer_email?: string | null;
  /** `plink_…` when the session was begun from a payment link; null when an application created it. */
  payment_link?: string | null;
  line_items?: readonly { price: string; quantity?: number }[];
  success_url?: string | null;
  cancel_url?: string | null;
  url?: string | null;
  /** Paid on the sandbox's own page, which then is its `url`. */
  hosted?: boolean;
  /** Epoch seconds; a day after `created`, unless given. */
  expires_at?: number;
  metadata?: Metadata;
  subscription_data?: { metadata?: Metadata; trial_period_days?: number };
}

const DAY = 86_400;

/** Sessions as the API shows them; `Checkout` is what happens on their payment page. */
export class CheckoutSessions {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  create(fields: NewCheckoutSession = {}): { id: string } {
    const { store, clock, changed } = this.#parts;
    const created = fields.created ?? clock.now();
    const record: CheckoutSessionRecord = this.#applied(
      {
        sequence: store.checkoutSessions.nextSequence,
        created,
        customer: null,
        subscription: null,
        clientReferenceId: fields.client_reference_id ?? null,
        customerEmail: fields.customer_email ?? null,
        mode: fields.mode ?? "subscription",
        status: "open",
        paymentStatus: "unpaid",
        paymentLink: fields.payment_link ?? null,
        successUrl: fields.success_url ?? null,
        cancelUrl: fields.cancel_url ?? null,
        url: fields.url ?? null,
        hosted: fields.hosted ?? false,
        expiresAt: fields.expires_at ?? created + DAY,
        lineItems: (fields.line_items ?? []).map((line) => ({
          price: existing(store.prices, line.price).sequence,
          quantity: line.quantity ?? 1,
        })),
        metadata: fields.metadata ?? NO_METADATA,
        subscriptionMetadata: fields.subscription_data?.metadata ?? NO_METADATA,
        trialDays: fields.subscription_data?.trial_period_days ?? null,
        payment: null,
      },
      fields,
    );
    store.checkoutSessions.add(record, fields.id);
    if (record.status === "complete") this.#emitCompleted(record);
    changed();
    return { id: store.checkoutSessions.idOf(record.sequence) };
  }

  /** Attaches the customer or subscription, completes or expires the session; each once it happens. */
  update(id: string, fields: CheckoutSessionFields): { id: string } {
    const { store, events, writers, changed } = this.#parts;
    const before = existing(store.checkoutSessions, id);
    const after = this.#applied(before, fields);
    store.checkoutSessions.replace(after);
    if (before.status !== after.status && after.status === "complete") this.#emitCompleted(after);
    if (before.status !== after.status && after.status === "expired") {
      events.emit({ type: "checkout.session.expired", object: writers.checkoutSession(after) });
    }
    changed();
    return { id };
  }

  expire(id: string): { id: string } {
    return this.update(id, { status: "expired" });
  }

  /** Expires what has stood open past its time: nothing here wakes up by itself. */
  expireDue(): void {
    const { store, clock } = this.#parts;
    const now = clock.now();
    for (const { sequence, status, expiresAt } of store.checkoutSessions.all()) {
      if (status === "open" && expiresAt <= now) this.expire(store.checkoutSessions.idOf(sequence));
    }
  }

  #applied(before: CheckoutSessionRecord, fields: CheckoutSessionFields): CheckoutSessionRecord {
    const { store } = this.#parts;
    const status = fields.status ?? before.status;
    const paid = status === "complete" && before.status !== status ? "paid" : before.paymentStatus;
    return {
      ...before,
      customer: fields.customer ? existing(store.customers, fields.customer).sequence : before.customer,
      subscription: fields.subscription
        ? existing(store.subscriptions, fields.subscription).sequence
        : before.subscription,
      status,
      paymentStatus: fields.payment_status ?? paid,
      url: status === "open" ? before.url : null,
    };
  }

  #emitCompleted(record: CheckoutSessionRecord): void {
    const { events, writers } = this.#parts;
    events.emit({ type: "checkout.session.completed", object: writers.checkoutSession(record) });
  }
}
