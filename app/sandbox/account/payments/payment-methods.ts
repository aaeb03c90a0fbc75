import { type AccountDeps, getExisting, mergeMetadata } from "~/sandbox/account/account-deps";
import { findNamedCard, type TestCard } from "~/sandbox/account/checkout/cards";
import type { PaymentMethodRecord } from "~/sandbox/store/billing-records";
import { type CustomerRecord, NO_METADATA, type SubscriptionRecord } from "~/sandbox/store/records";

export interface NewPaymentMethod {
  card: TestCard;
  customer?: string | null;
  name?: string | null;
  email?: string | null;
  metadata?: Record<string, string>;
}

const YEARS_VALID = 8;
const YEAR = 31_557_600;

/** Cards of customers. Stripe's names of test cards (`pm_card_visa`) become a new card wherever they are given. */
export class PaymentMethods {
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  create(fields: NewPaymentMethod): { id: string } {
    const { store, clock, onChange } = this.#deps;
    const record: PaymentMethodRecord = {
      sequence: store.paymentMethods.nextSequence,
      created: clock.now(),
      customer: null,
      brand: fields.card.brand ?? "visa",
      last4: fields.card.last4,
      expMonth: 12,
      expYear: new Date((clock.now() + YEARS_VALID * YEAR) * 1000).getUTCFullYear(),
      does: fields.card.does,
      declineCode: fields.card.declineCode ?? null,
      name: fields.name ?? null,
      email: fields.email ?? null,
      metadata: fields.metadata ?? NO_METADATA,
    };
    store.paymentMethods.add(record);
    onChange();
    const id = store.paymentMethods.getId(record.sequence);
    if (fields.customer) this.attach(id, fields.customer);
    return { id };
  }

  /** The payment method with this id or name; a name makes a new one. */
  find(id: string): PaymentMethodRecord | undefined {
    const card = findNamedCard(id);
    const { paymentMethods } = this.#deps.store;
    return paymentMethods.find(card ? this.create({ card }).id : id);
  }

  attach(id: string, customer: string): { id: string } {
    const { store } = this.#deps;
    const before = getExisting(store.paymentMethods, id);
    const after = { ...before, customer: getExisting(store.customers, customer).sequence };
    this.#replace(after, "payment_method.attached");
    return { id };
  }

  /** It pays no more: neither its customer nor a subscription has it as default afterwards. */
  detach(id: string): { id: string } {
    const before = getExisting(this.#deps.store.paymentMethods, id);
    this.#replace({ ...before, customer: null }, "payment_method.detached");
    return { id };
  }

  update(id: string, { metadata }: { metadata?: Record<string, string> | "" }): { id: string } {
    const before = getExisting(this.#deps.store.paymentMethods, id);
    this.#replace(
      { ...before, metadata: mergeMetadata(before.metadata, metadata) },
      "payment_method.updated",
    );
    return { id };
  }

  /** What pays the invoices of a subscription: its own payment method, or else the customer's. */
  findDefault(
    customer: CustomerRecord,
    subscription: SubscriptionRecord | undefined,
  ): PaymentMethodRecord | undefined {
    const { paymentMethods } = this.#deps.store;
    const own = subscription?.rare.default_payment_method;
    const sequences = [
      own ? paymentMethods.findSequence(own) : undefined,
      customer.rare.defaultPaymentMethod ?? undefined,
    ];
    for (const sequence of sequences) {
      const method = sequence === undefined ? undefined : paymentMethods.peek(sequence);
      if (method?.customer === customer.sequence) return method;
    }
    return undefined;
  }

  #replace(record: PaymentMethodRecord, type: string): void {
    const { store, events, serializers, onChange } = this.#deps;
    store.paymentMethods.replace(record);
    if (events.isRecording) events.emit({ type, object: serializers.paymentMethod(record) });
    onChange();
  }
}
