import type { SubscriptionRecord } from "../store/records";
import { NO_METADATA } from "../store/records";
import { type AccountDeps, getExisting, mergeMetadata } from "./account-deps";
import { findAmounts } from "./billing/amounts";
import type { Dunning } from "./billing/dunning";
import type { Invoices } from "./billing/invoices";
import type { Renewals } from "./billing/renewals";
import {
  createItems,
  findFirstPeriod,
  type NewItem,
  type NewSubscription,
  type SubscriptionPatch,
  updateItems,
} from "./subscription-fields";
import { updateRareFields } from "./subscription-rare";
import { findSubscriptionDue } from "./time/due";

/** Subscriptions as they are told to be: the period, the status and the dates are taken as given, and nothing is billed. */
export class Subscriptions {
  readonly #deps: AccountDeps;
  readonly #invoices: Invoices;
  readonly #renewals: Renewals;
  readonly #dunning: Dunning;

  constructor(
    deps: AccountDeps,
    { invoices, renewals, dunning }: { invoices: Invoices; renewals: Renewals; dunning: Dunning },
  ) {
    this.#deps = deps;
    this.#invoices = invoices;
    this.#renewals = renewals;
    this.#dunning = dunning;
  }

  /**
   * Imports a subscription, `active` unless a status is given. Its period is the one that contains the current time, and
   * its latest invoice is for that period, paid or open as the status says.
   */
  create(fields: NewSubscription): { id: string } {
    const { store, timeline } = this.#deps;
    return timeline.during(getExisting(store.customers, fields.customer), () => this.#create(fields));
  }

  #create(fields: NewSubscription): { id: string } {
    const { store, clock } = this.#deps;
    const now = clock.now();
    const customer = getExisting(store.customers, fields.customer);
    const created = fields.created ?? now;
    const period = findFirstPeriod(store, fields, { created, now });
    const isTrial = Boolean(fields.trial_end && fields.trial_end > now);
    const status = fields.status ?? (isTrial ? "trialing" : "active");
    const startDate = fields.start_date ?? created;
    const record: SubscriptionRecord = {
      sequence: store.subscriptions.nextSequence,
      created,
      customer: customer.sequence,
      status,
      currency: this.#findCurrency(fields.items, fields.currency),
      startDate,
      anchor: fields.billing_cycle_anchor ?? (isTrial ? (fields.trial_end ?? startDate) : startDate),
      items: createItems(store, fields.items, { created, ...period }),
      metadata: fields.metadata ?? NO_METADATA,
      latestInvoice: store.invoices.nextSequence,
      rare: updateRareFields(
        undefined,
        { test_clock: customer.rare.test_clock, ...fields },
        { status, at: created, periodEnd: period.periodEnd },
      ),
    };
    this.#add(stay(record, now), fields.id);
    return { id: store.subscriptions.getId(record.sequence) };
  }

  #add(record: SubscriptionRecord, id: string | undefined): void {
    const { store, events, serializers, onChange } = this.#deps;
    store.addSubscription(record, id);
    if (events.isRecording) {
      events.emit({ type: "customer.subscription.created", object: serializers.subscription(record) });
      this.#invoices.announce(store.invoices.get(record.latestInvoice ?? 0));
    }
    onChange();
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
      anchor: patch.billing_cycle_anchor ?? before.anchor,
      items,
      metadata: mergeMetadata(before.metadata, patch.metadata),
      rare: updateRareFields(before.rare, patch, { status, at: now, periodEnd: items[0]?.periodEnd ?? now }),
    };
    if (serializers.subscription(before) === serializers.subscription(after)) return { id };
    this.#dunning.replace(before, stay(after, now));
    if (before.status !== status) this.#renewals.followStatus(store.subscriptions.get(after.sequence));
    return { id };
  }

  setStatus(id: string, status: string): { id: string } {
    return this.update(id, { status });
  }

  /** Ends it now. */
  cancel(id: string, fields: { reason?: string; comment?: string; feedback?: string } = {}): { id: string } {
    return this.update(id, {
      status: "canceled",
      cancellation_reason: fields.reason ?? "cancellation_requested",
      cancellation_comment: fields.comment,
      cancellation_feedback: fields.feedback,
    });
  }

  /** Begins the next period with a paid invoice. If the payment fails, the invoice is open and the status past due. */
  renew(id: string, { fails = false }: { fails?: boolean } = {}): { id: string } {
    const record = getExisting(this.#deps.store.subscriptions, id);
    this.#renewals.renew(record, fails ? "fails" : "pays");
    return { id };
  }

  /** Throws when a price is not sold in the subscription's currency: every subscription has one. */
  #findCurrency(items: readonly NewItem[], given: string | undefined): string {
    const prices = items.map((item) => getExisting(this.#deps.store.prices, item.price));
    const currency = given ?? prices[0]?.currency ?? "usd";
    const other = prices.find((price) => !findAmounts(price, currency));
    if (other) throw new Error(`A price in ${other.currency} is not sold in ${currency}`);
    return currency;
  }
}

/** The record, and whether time moves it: not when it is told to be as it no longer could be. */
function stay(record: SubscriptionRecord, now: number): SubscriptionRecord {
  const due = findSubscriptionDue({ ...record, rare: { ...record.rare, still: false } });
  const still = due !== undefined && due <= now;
  return still === record.rare.still ? record : { ...record, rare: { ...record.rare, still } };
}
