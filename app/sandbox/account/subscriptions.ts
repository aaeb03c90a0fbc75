import type { SubscriptionRecord } from "../store/records";
import { NO_METADATA } from "../store/records";
import { type AccountDeps, getExisting, mergeMetadata } from "./account-deps";
import { listChangeEvents, listCreationEvents, type SubscriptionEventType } from "./subscription-events";
import {
  createItems,
  findFirstPeriod,
  moveToNextPeriod,
  type NewSubscription,
  type SubscriptionPatch,
  updateItems,
} from "./subscription-fields";
import { updateRareFields } from "./subscription-rare";

export class Subscriptions {
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  /** Creates a subscription, `active` unless a status is given. Its period is the one that contains the current time. */
  create(fields: NewSubscription): { id: string } {
    const { store, clock } = this.#deps;
    const now = clock.now();
    const customer = getExisting(store.customers, fields.customer);
    const created = fields.created ?? now;
    const period = findFirstPeriod(store, fields, { created, now });
    const status = fields.status ?? (fields.trial_end && fields.trial_end > now ? "trialing" : "active");
    const record: SubscriptionRecord = {
      sequence: store.subscriptions.nextSequence,
      created,
      customer: customer.sequence,
      status,
      startDate: fields.start_date ?? created,
      items: createItems(store, fields.items, { created, ...period }),
      metadata: fields.metadata ?? NO_METADATA,
      invoices: 1,
      latestInvoiceAt: created,
      rare: updateRareFields(
        undefined,
        { test_clock: customer.rare.test_clock, ...fields },
        { status, at: created, periodEnd: period.periodEnd },
      ),
    };
    store.addSubscription(record, fields.id);
    this.#emit(listCreationEvents(status), record);
    return { id: store.subscriptions.getId(record.sequence) };
  }

  /** Changes the given fields. The status may be any word. Emits no event when nothing differs. */
  update(id: string, patch: SubscriptionPatch): { id: string } {
    const { store, clock, serializers } = this.#deps;
    const before = getExisting(store.subscriptions, id);
    const now = clock.now();
    const status = patch.status ?? before.status;
    const items = updateItems(store, before, patch, now);
    const after: SubscriptionRecord = {
      ...before,
      status,
      startDate: patch.start_date ?? before.startDate,
      items,
      metadata: mergeMetadata(before.metadata, patch.metadata),
      rare: updateRareFields(before.rare, patch, { status, at: now, periodEnd: items[0]?.periodEnd ?? now }),
    };
    const textBefore = serializers.subscription(before);
    if (textBefore === serializers.subscription(after)) return { id };
    store.replaceSubscription(after);
    this.#emit(listChangeEvents(before.status, status), after, textBefore);
    return { id };
  }

  setStatus(id: string, status: string): { id: string } {
    return this.update(id, { status });
  }

  /** Ends it now. */
  cancel(id: string, fields: { reason?: string } = {}): { id: string } {
    return this.update(id, {
      status: "canceled",
      cancellation_reason: fields.reason ?? "cancellation_requested",
    });
  }

  /** Begins the next period with a paid invoice. If the payment fails, the invoice is open and the status past due. */
  renew(id: string, { fails = false }: { fails?: boolean } = {}): { id: string } {
    const { store, serializers, clock } = this.#deps;
    const before = getExisting(store.subscriptions, id);
    const after: SubscriptionRecord = {
      ...before,
      status: fails ? "past_due" : before.status,
      items: before.items.map((item) => moveToNextPeriod(store, item, before.startDate)),
      invoices: before.invoices + 1,
      latestInvoiceAt: clock.now(),
    };
    store.replaceSubscription(after);
    const billed = fails ? "invoice.payment_failed" : "invoice.paid";
    this.#emit(["customer.subscription.updated", billed], after, serializers.subscription(before));
    return { id };
  }

  #emit(types: readonly SubscriptionEventType[], record: SubscriptionRecord, before?: string): void {
    const { events, serializers, onChange } = this.#deps;
    if (events.isRecording) {
      for (const type of types) {
        const object = type.startsWith("invoice.")
          ? serializers.invoice({ subscription: record, nth: Math.max(1, record.invoices) })
          : serializers.subscription(record);
        events.emit({ type, object, ...(type === "customer.subscription.updated" ? { before } : {}) });
      }
    }
    onChange();
  }
}
