import { type AccountDeps, getExisting } from "~/sandbox/account/account-deps";
import type { ChargeRecord, PaymentIntentRecord, PaymentMethodRecord } from "~/sandbox/store/billing-records";
import { NO_METADATA } from "~/sandbox/store/records";

export interface NewPayment {
  amount: number;
  currency: string;
  customer: number | null;
  invoice?: number | null;
  description?: string | null;
  metadata?: Readonly<Record<string, string>>;
}

/** How a payment is made: with a card, with what the sandbox does not know of (imported customers), or not at all. */
export type Means = PaymentMethodRecord | "fails" | "unseen" | null;

/** Payment intents and their charges. */
export class Payments {
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  create(fields: NewPayment): PaymentIntentRecord {
    const { store, clock } = this.#deps;
    const record: PaymentIntentRecord = {
      sequence: store.paymentIntents.nextSequence,
      created: clock.now(),
      amount: fields.amount,
      currency: fields.currency,
      customer: fields.customer,
      invoice: fields.invoice ?? null,
      status: "requires_payment_method",
      paymentMethod: null,
      latestCharge: null,
      lastDecline: null,
      canceledAt: null,
      description: fields.description ?? null,
      metadata: fields.metadata ?? NO_METADATA,
    };
    store.paymentIntents.add(record);
    this.#emit("payment_intent.created", record);
    return record;
  }

  /** Tries to pay. `confirmed`: the payer's bank has agreed already. Without means nothing is tried. */
  attempt(intent: PaymentIntentRecord, means: Means, confirmed = false): PaymentIntentRecord {
    if (means === null) return intent;
    const method = typeof means === "string" ? null : means;
    const paymentMethod = method?.sequence ?? null;
    if (method?.does === "confirm" && !confirmed) {
      return this.#replace(
        { ...intent, paymentMethod, status: "requires_action" },
        "payment_intent.requires_action",
      );
    }
    const declined = means === "fails" || method?.does === "decline" || method?.does === "decline_later";
    const declineCode = declined ? (method?.declineCode ?? "generic_decline") : null;
    const charge = this.#charge(intent, paymentMethod, declineCode);
    const after: PaymentIntentRecord = {
      ...intent,
      paymentMethod,
      latestCharge: charge.sequence,
      lastDecline: declineCode,
      status: declined ? "requires_payment_method" : "succeeded",
    };
    return this.#replace(after, declined ? "payment_intent.payment_failed" : "payment_intent.succeeded");
  }

  /** The id of the charge that paid the latest paid invoice of a subscription; undefined when none did. */
  findCharge(subscription: string): string | undefined {
    const { store } = this.#deps;
    const invoices = store.listInvoices(getExisting(store.subscriptions, subscription).sequence);
    for (const { status, paymentIntent } of invoices.reverse()) {
      if (status !== "paid" || paymentIntent === null) continue;
      const { latestCharge } = store.paymentIntents.get(paymentIntent);
      if (latestCharge !== null) return store.charges.getId(latestCharge);
    }
    return undefined;
  }

  cancel(intent: PaymentIntentRecord): PaymentIntentRecord {
    if (intent.status === "succeeded" || intent.status === "canceled") return intent;
    return this.#replace(
      { ...intent, status: "canceled", canceledAt: this.#deps.clock.now() },
      "payment_intent.canceled",
    );
  }

  #charge(
    intent: PaymentIntentRecord,
    paymentMethod: number | null,
    declineCode: string | null,
  ): ChargeRecord {
    const { store, clock, events, serializers } = this.#deps;
    const charge = makeCharge(intent, {
      sequence: store.charges.nextSequence,
      created: clock.now(),
      paymentMethod,
      declineCode,
    });
    store.charges.add(charge);
    const type = declineCode === null ? "charge.succeeded" : "charge.failed";
    if (events.isRecording) events.emit({ type, object: serializers.charge(charge) });
    return charge;
  }

  #replace(record: PaymentIntentRecord, type: string): PaymentIntentRecord {
    this.#deps.store.paymentIntents.replace(record);
    this.#emit(type, record);
    return record;
  }

  #emit(type: string, record: PaymentIntentRecord): void {
    const { events, serializers, onChange } = this.#deps;
    if (events.isRecording) events.emit({ type, object: serializers.paymentIntent(record) });
    onChange();
  }
}

/** The charge of one attempt. */
export function makeCharge(
  { amount, currency, customer, sequence: paymentIntent, description }: PaymentIntentRecord,
  attempt: Pick<ChargeRecord, "created" | "declineCode" | "paymentMethod" | "sequence">,
): ChargeRecord {
  return {
    ...attempt,
    amount,
    amountRefunded: 0,
    currency,
    customer,
    paymentIntent,
    disputed: false,
    description,
    metadata: NO_METADATA,
  };
}
