import { type AccountDeps, getExisting } from "~/sandbox/account/account-deps";
import {
  type BillingMode,
  type CheckoutSessionRecord,
  type Metadata,
  NO_METADATA,
} from "~/sandbox/store/records";

export interface CheckoutSessionFields {
  customer?: string | null;
  subscription?: string | null;
  status?: CheckoutSessionRecord["status"];
  payment_status?: CheckoutSessionRecord["paymentStatus"];
  /** The sequence number of what it made. */
  invoice?: number | null;
  paymentIntent?: number | null;
}

export interface NewCheckoutSession extends CheckoutSessionFields {
  id?: string;
  /** Epoch seconds; now by default. */
  created?: number;
  mode?: CheckoutSessionRecord["mode"];
  client_reference_id?: string | null;
  customer_email?: string | null;
  /** `plink_…` when a payment link created the session; null when an application did. */
  payment_link?: string | null;
  /** That of the first price by default. */
  currency?: string;
  line_items?: readonly { price: string; quantity?: number }[];
  success_url?: string | null;
  cancel_url?: string | null;
  url?: string | null;
  /** Whether its payment page is the sandbox's own, which is its `url` then. */
  hosted?: boolean;
  /** Whether the payer's name becomes the customer's; a new customer has it in any case. */
  saves_name?: boolean;
  /** Epoch seconds; a day after `created` by default. */
  expires_at?: number;
  metadata?: Metadata;
  subscription_data?: { metadata?: Metadata; trial_period_days?: number; billing_mode?: BillingMode };
}

const DAY = 86_400;

/** Checkout sessions of the API. Their payment page uses `Checkout`. */
export class CheckoutSessions {
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  create(fields: NewCheckoutSession = {}): { id: string } {
    const { store, clock, onChange } = this.#deps;
    const created = fields.created ?? clock.now();
    const record: CheckoutSessionRecord = this.#applyFields(
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
        currency:
          fields.currency ??
          (fields.line_items?.[0] ? getExisting(store.prices, fields.line_items[0].price).currency : "usd"),
        paymentIntent: null,
        invoice: null,
        lineItems: (fields.line_items ?? []).map((line) => ({
          price: getExisting(store.prices, line.price).sequence,
          quantity: line.quantity ?? 1,
        })),
        metadata: fields.metadata ?? NO_METADATA,
        subscriptionMetadata: fields.subscription_data?.metadata ?? NO_METADATA,
        billingMode: fields.subscription_data?.billing_mode ?? "flexible",
        savesName: fields.saves_name ?? false,
        trialDays: fields.subscription_data?.trial_period_days ?? null,
        payment: null,
      },
      fields,
    );
    store.addCheckoutSession(record, fields.id);
    if (record.status === "complete") this.#emitCompleted(record);
    onChange();
    return { id: store.checkoutSessions.getId(record.sequence) };
  }

  /** Attaches the customer or subscription, or completes or expires the session. */
  update(id: string, fields: CheckoutSessionFields): { id: string } {
    const { store, events, serializers, onChange } = this.#deps;
    const before = getExisting(store.checkoutSessions, id);
    const after = this.#applyFields(before, fields);
    store.checkoutSessions.replace(after);
    if (before.status !== after.status && after.status === "complete") this.#emitCompleted(after);
    if (before.status !== after.status && after.status === "expired") {
      events.emit({ type: "checkout.session.expired", object: serializers.checkoutSession(after) });
    }
    onChange();
    return { id };
  }

  expire(id: string): { id: string } {
    return this.update(id, { status: "expired" });
  }

  /** Expires open sessions after their time. Called before each read, because the sandbox has no timer for it. */
  expireOverdue(): void {
    const { store, clock } = this.#deps;
    const now = clock.now();
    for (const { sequence, status, expiresAt } of store.checkoutSessions.all()) {
      if (status === "open" && expiresAt <= now) this.expire(store.checkoutSessions.getId(sequence));
    }
  }

  #applyFields(before: CheckoutSessionRecord, fields: CheckoutSessionFields): CheckoutSessionRecord {
    const { store } = this.#deps;
    const status = fields.status ?? before.status;
    const paid = status === "complete" && before.status !== status ? "paid" : before.paymentStatus;
    return {
      ...before,
      customer: fields.customer ? getExisting(store.customers, fields.customer).sequence : before.customer,
      subscription: fields.subscription
        ? getExisting(store.subscriptions, fields.subscription).sequence
        : before.subscription,
      invoice: fields.invoice ?? before.invoice,
      paymentIntent: fields.paymentIntent ?? before.paymentIntent,
      status,
      paymentStatus: fields.payment_status ?? paid,
      url: status === "open" ? before.url : null,
    };
  }

  #emitCompleted(record: CheckoutSessionRecord): void {
    const { events, serializers } = this.#deps;
    events.emit({ type: "checkout.session.completed", object: serializers.checkoutSession(record) });
  }
}
