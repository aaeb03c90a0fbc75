import type { SubscriptionRecord } from "../store/records";
import { NO_METADATA } from "../store/records";
import { type AccountParts, existing, mergedMetadata } from "./parts";
import { changeEvents, creationEvents, type SubscriptionEventType } from "./subscription-events";
import {
  itemsAfter,
  type NewSubscription,
  newItems,
  nextPeriod,
  periodOfNew,
  type SubscriptionPatch,
} from "./subscription-fields";
import { rareAfter } from "./subscription-rare";

export class Subscriptions {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  /** Makes a subscription, `active` unless a status is given. Its period is the one that now falls into. */
  create(fields: NewSubscription): { id: string } {
    const { store, clock } = this.#parts;
    const now = clock.now();
    const customer = existing(store.customers, fields.customer);
    const created = fields.created ?? now;
    const period = periodOfNew(store, fields, { created, now });
    const status = fields.status ?? (fields.trial_end && fields.trial_end > now ? "trialing" : "active");
    const record: SubscriptionRecord = {
      sequence: store.subscriptions.nextSequence,
      created,
      customer: customer.sequence,
      status,
      startDate: fields.start_date ?? created,
      items: newItems(store, fields.items, { created, ...period }),
      metadata: fields.metadata ?? NO_METADATA,
      invoices: 1,
      latestInvoiceAt: created,
      rare: rareAfter(
        undefined,
        { test_clock: customer.rare.test_clock, ...fields },
        { status, at: created, periodEnd: period.periodEnd },
      ),
    };
    store.addSubscription(record, fields.id);
    this.#emit(creationEvents(status), record);
    return { id: store.subscriptions.idOf(record.sequence) };
  }

  /** Changes the given fields, status included (any word: Stripe's list is open). Silent when nothing differs. */
  update(id: string, patch: SubscriptionPatch): { id: string } {
    const { store, clock, writers } = this.#parts;
    const before = existing(store.subscriptions, id);
    const now = clock.now();
    const status = patch.status ?? before.status;
    const items = itemsAfter(store, before, patch, now);
    const after: SubscriptionRecord = {
      ...before,
      status,
      startDate: patch.start_date ?? before.startDate,
      items,
      metadata: mergedMetadata(before.metadata, patch.metadata),
      rare: rareAfter(before.rare, patch, { status, at: now, periodEnd: items[0]?.periodEnd ?? now }),
    };
    const textBefore = writers.subscription(before);
    if (textBefore === writers.subscription(after)) return { id };
    store.replaceSubscription(after);
    this.#emit(changeEvents(before.status, status), after, textBefore);
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

  /** Begins the next period, with a paid invoice; when the payment fails with an open one, and past due. */
  renew(id: string, { fails = false }: { fails?: boolean } = {}): { id: string } {
    const { store, writers, clock } = this.#parts;
    const before = existing(store.subscriptions, id);
    const after: SubscriptionRecord = {
      ...before,
      status: fails ? "past_due" : before.status,
      items: before.items.map((item) => nextPeriod(store, item, before.startDate)),
      invoices: before.invoices + 1,
      latestInvoiceAt: clock.now(),
    };
    store.replaceSubscription(after);
    const billed = fails ? "invoice.payment_failed" : "invoice.paid";
    this.#emit(["customer.subscription.updated", billed], after, writers.subscription(before));
    return { id };
  }

  #emit(types: readonly SubscriptionEventType[], record: SubscriptionRecord, before?: string): void {
    const { events, writers, changed } = this.#parts;
    if (events.on) {
      for (const type of types) {
        const object = type.startsWith("invoice.")
          ? writers.invoice({ subscription: record, nth: Math.max(1, record.invoices) })
          : writers.subscription(record);
        events.emit({ type, object, ...(type === "customer.subscription.updated" ? { before } : {}) });
      }
    }
    changed();
  }
}
