import type { JsonObject } from "../json";
import { keepIfEqual } from "../large/keep-if-equal";
import { type CustomerRare, type CustomerRecord, type Metadata, NO_METADATA } from "../store/records";
import { type AccountDeps, getExisting, mergeMetadata } from "./account-deps";
import { keepShown } from "./shown";
import type { Subscriptions } from "./subscriptions";

export interface CustomerFields {
  email?: string | null;
  name?: string | null;
  description?: string | null;
  phone?: string | null;
  currency?: string | null;
  /** In the smallest unit of the currency. */
  balance?: number;
  delinquent?: boolean;
  test_clock?: string | null;
  address?: JsonObject | null;
  shipping?: JsonObject | null;
  preferred_locales?: readonly string[];
  tax_exempt?: string;
  /** `pm_…`, attached to this customer. */
  default_payment_method?: string | null;
}

export interface NewCustomer extends CustomerFields {
  id?: string;
  /** Epoch seconds; now by default. */
  created?: number;
  metadata?: Metadata;
}

export interface CustomerPatch extends CustomerFields {
  metadata?: Record<string, string> | "";
}

const SHOWN = ["address", "preferred_locales", "shipping", "tax_exempt"] as const;

const COMMON: CustomerRare = Object.freeze({
  description: null,
  phone: null,
  currency: null,
  balance: 0,
  delinquent: false,
  test_clock: null,
  shown: null,
  defaultPaymentMethod: null,
});

export class Customers {
  readonly #deps: AccountDeps;
  readonly #subscriptions: Subscriptions;

  constructor(deps: AccountDeps, subscriptions: Subscriptions) {
    this.#deps = deps;
    this.#subscriptions = subscriptions;
  }

  create(fields: NewCustomer = {}): { id: string } {
    const { store } = this.#deps;
    const record: CustomerRecord = {
      sequence: store.customers.nextSequence,
      created: fields.created ?? this.#findTime(fields),
      email: fields.email ?? null,
      name: fields.name ?? null,
      metadata: fields.metadata ?? NO_METADATA,
      deleted: false,
      rare: this.#updateRareFields(COMMON, fields),
    };
    store.addCustomer(record, fields.id);
    this.#emit("customer.created", record);
    return { id: store.customers.getId(record.sequence) };
  }

  #findTime({ test_clock = null }: NewCustomer): number {
    const { timeline, clock } = this.#deps;
    return timeline.during({ rare: { ...COMMON, test_clock } }, () => clock.now());
  }

  /** Changes the given fields. Emits no event when nothing differs. */
  update(id: string, patch: CustomerPatch): { id: string } {
    const { store, serializers } = this.#deps;
    const before = getExisting(store.customers, id);
    if (before.deleted) throw new Error(`${id} is deleted`);
    const after: CustomerRecord = {
      ...before,
      email: patch.email === undefined ? before.email : patch.email,
      name: patch.name === undefined ? before.name : patch.name,
      metadata: mergeMetadata(before.metadata, patch.metadata),
      rare: this.#updateRareFields(before.rare, patch),
    };
    const textBefore = serializers.customer(before);
    if (textBefore === serializers.customer(after)) return { id };
    store.replaceCustomer(after);
    this.#emit("customer.updated", after, textBefore);
    return { id };
  }

  /** Deletes the customer and cancels its subscriptions at once; they stay listed under `status=all`. */
  delete(id: string): { id: string } {
    const { store } = this.#deps;
    const before = getExisting(store.customers, id);
    if (before.deleted) throw new Error(`${id} is deleted`);
    for (const sequence of store.listCustomerSubscriptions(before.sequence)) {
      const { status } = store.subscriptions.get(sequence);
      if (status !== "canceled" && status !== "incomplete_expired") {
        this.#subscriptions.cancel(store.subscriptions.getId(sequence));
      }
    }
    store.replaceCustomer({ ...before, deleted: true });
    this.#emit("customer.deleted", before);
    return { id };
  }

  #emit(type: string, record: CustomerRecord, before?: string): void {
    const { events, serializers, onChange } = this.#deps;
    if (events.isRecording) events.emit({ type, object: serializers.customer(record), before });
    onChange();
  }

  #updateRareFields(before: CustomerRare, fields: CustomerFields): CustomerRare {
    const { default_payment_method: method } = fields;
    const rare: CustomerRare = {
      description: fields.description === undefined ? before.description : fields.description,
      phone: fields.phone === undefined ? before.phone : fields.phone,
      currency: fields.currency === undefined ? before.currency : fields.currency,
      balance: fields.balance ?? before.balance,
      delinquent: fields.delinquent ?? before.delinquent,
      shown: keepShown(before.shown, fields, SHOWN),
      test_clock: fields.test_clock === undefined ? before.test_clock : fields.test_clock,
      defaultPaymentMethod:
        method === undefined
          ? before.defaultPaymentMethod
          : method
            ? getExisting(this.#deps.store.paymentMethods, method).sequence
            : null,
    };
    return keepIfEqual(before, rare);
  }
}
