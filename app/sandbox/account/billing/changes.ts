import { type AccountDeps, getExisting, mergeMetadata } from "~/sandbox/account/account-deps";
import type { PaymentMethods } from "~/sandbox/account/payments/payment-methods";
import { findPeriod, MONTHLY } from "~/sandbox/account/periods";
import { createNotServed, Refusal } from "~/sandbox/account/refusal";
import { type SubscriptionPatch, updateItems } from "~/sandbox/account/subscription-fields";
import { updateRareFields } from "~/sandbox/account/subscription-rare";
import type { InvoiceLine, InvoiceRecord } from "~/sandbox/store/billing-records";
import type { ItemRecord, SubscriptionRecord } from "~/sandbox/store/records";
import {
  checkCancelAt,
  checkPaymentMethod,
  checkPrices,
  checkTrialEnd,
  createNothingToPayWith,
  refuseUnlessItPays,
} from "./checks";
import type { Dunning } from "./dunning";
import type { InvoiceItems } from "./invoice-items";
import type { Invoices } from "./invoices";
import { listPeriodLines, sumLines } from "./lines";
import type { PaymentBehavior, ProrationBehavior } from "./new-subscriptions";
import { listCredits, listProrations } from "./proration";

export interface ChangeFields
  extends Omit<SubscriptionPatch, "billing_cycle_anchor" | "status" | "trial_end"> {
  trial_end?: number | "now";
  billing_cycle_anchor?: "now" | "unchanged";
  proration_behavior?: ProrationBehavior;
  proration_date?: number;
  payment_behavior?: PaymentBehavior;
}

interface Plan {
  after: SubscriptionRecord;
  /** What the change costs or gives back. */
  prorations: readonly InvoiceLine[];
  /** What a new period costs, when one begins now. */
  period: readonly InvoiceLine[];
}

/** Changes of running subscriptions, billed as Stripe bills them. Throws a `Refusal` where Stripe refuses. */
export class Changes {
  readonly #deps: AccountDeps;
  readonly #invoices: Invoices;
  readonly #items: InvoiceItems;
  readonly #dunning: Dunning;
  readonly #methods: PaymentMethods;

  constructor(
    deps: AccountDeps,
    others: { invoices: Invoices; invoiceItems: InvoiceItems; dunning: Dunning; methods: PaymentMethods },
  ) {
    this.#deps = deps;
    this.#invoices = others.invoices;
    this.#items = others.invoiceItems;
    this.#dunning = others.dunning;
    this.#methods = others.methods;
  }

  /** Changes the given fields. Emits no event when nothing differs. */
  change(id: string, fields: ChangeFields): { id: string } {
    const { store, timeline } = this.#deps;
    const before = getExisting(store.subscriptions, id);
    const customer = store.customers.get(before.customer);
    timeline.during(customer, () => this.#change(before, fields));
    return { id };
  }

  /** Ends it now. `prorate` gives back what is not used; `invoiceNow` bills what waits. */
  cancel(
    id: string,
    options: { prorate?: boolean; invoiceNow?: boolean; comment?: string; feedback?: string } = {},
  ): { id: string } {
    const { store, timeline, clock } = this.#deps;
    const before = getExisting(store.subscriptions, id);
    timeline.during(store.customers.get(before.customer), () => {
      if (options.prorate && before.status !== "trialing") {
        const credits = listCredits(store, {
          before: before.items,
          currency: before.currency,
          at: clock.now(),
        });
        for (const line of credits) this.#items.add(before, line);
      }
      this.#dunning.end(before, {
        cancellation_reason: "cancellation_requested",
        cancellation_comment: options.comment,
        cancellation_feedback: options.feedback,
      });
      const ended = store.subscriptions.get(before.sequence);
      const draft = options.invoiceNow ? this.#draft(ended, []) : undefined;
      if (!draft) return;
      this.#dunning.replace(ended, { ...ended, latestInvoice: draft.sequence });
      this.#dunning.bill(draft);
    });
    return { id };
  }

  /** Continues a paused subscription: its period begins anew, and is billed. `unchanged` keeps the old one. */
  resume(
    id: string,
    { billing_cycle_anchor = "now" }: { billing_cycle_anchor?: "now" | "unchanged" } = {},
  ): { id: string } {
    const { store, timeline, clock } = this.#deps;
    const before = getExisting(store.subscriptions, id);
    timeline.during(store.customers.get(before.customer), () => {
      const now = clock.now();
      const isOver = before.items.some(({ periodEnd }) => periodEnd <= now);
      if (billing_cycle_anchor === "unchanged" && !isOver) {
        this.#dunning.replace(before, { ...before, status: "active" });
        return;
      }
      const period = findPeriod(now, readRecurrence(this.#deps, before.items), now);
      const items = before.items.map((item) => ({
        ...item,
        periodStart: period.start,
        periodEnd: period.end,
      }));
      const after: SubscriptionRecord = { ...before, status: "active", anchor: now, items };
      const draft = this.#draft(after, listPeriodLines(store, after, { trial: false }));
      this.#dunning.replace(before, { ...after, latestInvoice: draft?.sequence ?? before.latestInvoice });
      if (draft) this.#dunning.bill(draft);
    });
    return { id };
  }

  #change(before: SubscriptionRecord, fields: ChangeFields): void {
    const { serializers } = this.#deps;
    if (fields.payment_behavior === "pending_if_incomplete") {
      throw createNotServed("payment_behavior=pending_if_incomplete", "payment_behavior");
    }
    const { after, prorations, period } = this.#plan(before, this.#nameMethod(before, fields));
    if (serializers.subscription(before) === serializers.subscription(after) && prorations.length === 0)
      return;
    const behavior = fields.proration_behavior ?? "create_prorations";
    const billsNow = period.length > 0 || (behavior === "always_invoice" && prorations.length > 0);
    const costs = sumLines(prorations) + sumLines(period);
    if (billsNow && costs > 0) this.#checkMeans(after, fields.payment_behavior ?? "allow_incomplete");
    if (!billsNow) {
      this.#dunning.replace(before, after);
      for (const line of prorations) this.#items.add(after, line);
      return;
    }
    const lines = [...prorations, ...period];
    const draft = this.#draft(after, lines);
    this.#dunning.replace(before, { ...after, latestInvoice: draft?.sequence ?? after.latestInvoice });
    if (draft && fields.payment_behavior === "default_incomplete") this.#invoices.finalize(draft);
    else if (draft) this.#dunning.bill(draft);
  }

  #plan(before: SubscriptionRecord, fields: ChangeFields): Plan {
    const { store, clock } = this.#deps;
    const now = clock.now();
    checkCancelAt(fields.cancel_at, now);
    const { trial_end, billing_cycle_anchor, ...patch } = fields;
    const items = updateItems(store, before, patch, now);
    this.#checkItems(before, items);
    const isTrialing = before.status === "trialing";
    const endsTrial = trial_end === "now" && isTrialing;
    const newTrialEnd = typeof trial_end === "number" ? trial_end : undefined;
    if (newTrialEnd !== undefined) checkTrialEnd(newTrialEnd, now);
    const everyBefore = readRecurrence(this.#deps, before.items);
    const every = readRecurrence(this.#deps, items);
    const hasOtherLength =
      every.interval !== everyBefore.interval || every.interval_count !== everyBefore.interval_count;
    const staysTrial = isTrialing && !endsTrial && newTrialEnd === undefined;
    const beginsNow = (endsTrial || billing_cycle_anchor === "now" || hasOtherLength) && !staysTrial;
    const anchor = newTrialEnd ?? (beginsNow ? now : before.anchor);
    const renewed = findPeriod(anchor, every, now);
    const period =
      newTrialEnd !== undefined
        ? { periodStart: now, periodEnd: newTrialEnd }
        : beginsNow
          ? { periodStart: renewed.start, periodEnd: renewed.end }
          : {};
    const status = newTrialEnd !== undefined ? "trialing" : endsTrial ? "active" : before.status;
    const moved = items.map((item): ItemRecord => ({ ...item, ...period }));
    const given = {
      ...patch,
      ...(newTrialEnd === undefined
        ? {}
        : { trial_end: newTrialEnd, ...(isTrialing ? {} : { trial_start: now }) }),
      ...(endsTrial ? { trial_end: now } : {}),
    };
    const after: SubscriptionRecord = {
      ...before,
      status,
      anchor,
      items: moved,
      metadata: mergeMetadata(before.metadata, fields.metadata),
      rare: updateRareFields(before.rare, given, { status, at: now, periodEnd: moved[0]?.periodEnd ?? now }),
    };
    const at = fields.proration_date ?? now;
    const { currency } = before;
    const isFree = isTrialing || fields.proration_behavior === "none";
    const opensPeriod = beginsNow || newTrialEnd !== undefined;
    const prorations = isFree
      ? []
      : opensPeriod
        ? listCredits(store, { before: before.items, currency, at })
        : listProrations(store, { before: before.items, after: moved, currency, at });
    return { after, prorations, period: beginsNow ? listPeriodLines(store, after, { trial: false }) : [] };
  }

  /** An invoice of what waits for the next one, and of these lines; undefined when there is nothing. */
  #draft(subscription: SubscriptionRecord, lines: readonly InvoiceLine[]): InvoiceRecord | undefined {
    const { store, clock } = this.#deps;
    const all = [...this.#items.take(subscription, store.invoices.nextSequence), ...lines];
    if (all.length === 0) return undefined;
    return this.#invoices.draft({
      customer: subscription.customer,
      subscription,
      billingReason: "subscription_update",
      currency: subscription.currency,
      lines: all,
      periodStart: subscription.items[0]?.periodStart ?? clock.now(),
      periodEnd: clock.now(),
    });
  }

  #checkItems(before: SubscriptionRecord, items: readonly ItemRecord[]): void {
    const { store } = this.#deps;
    if (items.length === 0) {
      throw new Refusal({
        status: 400,
        message: "A subscription must have at least one active item.",
        param: "items",
      });
    }
    const kept = before.items.map((item) => item.price);
    checkPrices(
      store,
      items.map((item) => store.prices.get(item.price)),
      { currency: before.currency, kept },
    );
  }

  #checkMeans(subscription: SubscriptionRecord, behavior: PaymentBehavior): void {
    if (subscription.rare.collection_method === "send_invoice" || behavior === "default_incomplete") return;
    const means = this.#dunning.findMeans(subscription);
    if (means === null) throw createNothingToPayWith();
    if (behavior === "error_if_incomplete" && typeof means !== "string") refuseUnlessItPays(means);
  }

  /** A name such as `pm_card_visa` becomes the id of a new payment method. */
  #nameMethod(before: SubscriptionRecord, fields: ChangeFields): ChangeFields {
    const { default_payment_method: id } = fields;
    if (!id) return fields;
    const method = this.#methods.find(id);
    checkPaymentMethod(this.#deps, method, { id, customer: before.customer });
    const { paymentMethods } = this.#deps.store;
    return { ...fields, default_payment_method: method ? paymentMethods.getId(method.sequence) : id };
  }
}

function readRecurrence({ store }: AccountDeps, items: readonly ItemRecord[]) {
  const [first] = items;
  return (first && store.prices.get(first.price).recurring) ?? MONTHLY;
}
