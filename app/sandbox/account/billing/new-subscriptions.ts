import { type AccountDeps, getExisting } from "~/sandbox/account/account-deps";
import type { PaymentMethods } from "~/sandbox/account/payments/payment-methods";
import { findPeriod, MONTHLY } from "~/sandbox/account/periods";
import { createItems, type NewItem } from "~/sandbox/account/subscription-fields";
import { updateRareFields } from "~/sandbox/account/subscription-rare";
import type { InvoiceLine, InvoiceRecord, PaymentMethodRecord } from "~/sandbox/store/billing-records";
import {
  type CustomerRecord,
  type Metadata,
  NO_METADATA,
  type SubscriptionRare,
  type SubscriptionRecord,
} from "~/sandbox/store/records";
import { roundAmount } from "./amounts";
import {
  checkCancelAt,
  checkPaymentMethod,
  checkPrices,
  checkTrialEnd,
  createNothingToPayWith,
  refuseUnlessItPays,
} from "./checks";
import type { Dunning } from "./dunning";
import type { Invoices } from "./invoices";
import { listPeriodLines, sumLines } from "./lines";

export type PaymentBehavior =
  | "allow_incomplete"
  | "default_incomplete"
  | "error_if_incomplete"
  /** Only of changes. */
  | "pending_if_incomplete";

export type ProrationBehavior = "always_invoice" | "create_prorations" | "none";

export interface SubscribeFields
  extends Pick<
    Partial<SubscriptionRare>,
    | "billing_mode"
    | "cancel_at"
    | "cancel_at_period_end"
    | "collection_method"
    | "days_until_due"
    | "default_payment_method"
    | "description"
    | "missing_payment_method"
  > {
  customer: string;
  items: readonly NewItem[];
  currency?: string;
  metadata?: Metadata;
  trial_end?: number | "now";
  trial_period_days?: number;
  billing_cycle_anchor?: number;
  backdate_start_date?: number;
  proration_behavior?: ProrationBehavior;
  payment_behavior?: PaymentBehavior;
  /** The payer's bank has agreed already, for example on a payment page. */
  confirmed?: boolean;
}

const DAY = 86_400;
const HOUR = 3_600;

/** New subscriptions as Stripe makes them: billed at once, or after a trial. Throws a `Refusal` where Stripe refuses. */
export class NewSubscriptions {
  readonly #deps: AccountDeps;
  readonly #invoices: Invoices;
  readonly #dunning: Dunning;
  readonly #methods: PaymentMethods;

  constructor(deps: AccountDeps, others: { invoices: Invoices; dunning: Dunning; methods: PaymentMethods }) {
    this.#deps = deps;
    this.#invoices = others.invoices;
    this.#dunning = others.dunning;
    this.#methods = others.methods;
  }

  subscribe(fields: SubscribeFields): { id: string } {
    const { store, timeline } = this.#deps;
    const customer = getExisting(store.customers, fields.customer);
    return timeline.during(customer, () => this.#subscribe(customer, fields));
  }

  #subscribe(customer: CustomerRecord, fields: SubscribeFields): { id: string } {
    const { store, clock } = this.#deps;
    const now = clock.now();
    const prices = fields.items.map((item) => getExisting(store.prices, item.price));
    const currency = fields.currency ?? prices[0]?.currency ?? "usd";
    checkPrices(store, prices, { currency });
    checkCancelAt(fields.cancel_at, now);
    const trialEnd = this.#findTrialEnd(fields, now);
    const startDate = fields.backdate_start_date ?? now;
    const anchor = trialEnd ?? fields.billing_cycle_anchor ?? startDate;
    const every = prices[0]?.recurring ?? MONTHLY;
    const first = trialEnd ?? (anchor > now ? anchor : undefined);
    const full = findPeriod(anchor, every, now);
    const period = first === undefined ? full : { start: now, end: first };
    const items = createItems(store, fields.items, {
      created: now,
      periodStart: period.start,
      periodEnd: period.end,
    });
    const lines = this.#listFirstLines({ items, currency }, fields, { trialEnd, now });
    const due = sumLines(lines) + customer.rare.balance;
    const method = this.#findMethod(customer, fields);
    const behavior = fields.payment_behavior ?? "allow_incomplete";
    const isCharged = fields.collection_method !== "send_invoice" && due > 0;
    if (isCharged && behavior !== "default_incomplete" && !method) throw createNothingToPayWith();
    if (isCharged && behavior === "error_if_incomplete" && method) refuseUnlessItPays(method);
    const pays = !isCharged || (behavior !== "default_incomplete" && wouldPay(method, fields.confirmed));
    const status = trialEnd !== undefined ? "trialing" : pays ? "active" : "incomplete";
    const given: Partial<SubscriptionRare> = {
      cancel_at: fields.cancel_at,
      cancel_at_period_end: fields.cancel_at_period_end,
      collection_method: fields.collection_method,
      days_until_due: fields.days_until_due,
      default_payment_method:
        method && fields.default_payment_method ? store.paymentMethods.getId(method.sequence) : undefined,
      description: fields.description,
      missing_payment_method: fields.missing_payment_method,
      billing_mode: fields.billing_mode,
      test_clock: customer.rare.test_clock,
      imported: false,
      ...(trialEnd === undefined ? {} : { trial_start: now, trial_end: trialEnd }),
    };
    const record: SubscriptionRecord = {
      sequence: store.subscriptions.nextSequence,
      created: now,
      customer: customer.sequence,
      status,
      currency,
      startDate,
      anchor,
      items,
      metadata: fields.metadata ?? NO_METADATA,
      latestInvoice: null,
      rare: updateRareFields(undefined, given, { status, at: now, periodEnd: period.end }),
    };
    const draft = this.#draft(record, lines, now);
    this.#add({ ...record, latestInvoice: draft.sequence });
    this.#bill(draft, method, fields);
    return { id: store.subscriptions.getId(record.sequence) };
  }

  #findTrialEnd(fields: SubscribeFields, now: number): number | undefined {
    const { trial_end, trial_period_days: days } = fields;
    if (trial_end === "now") return undefined;
    const end = trial_end ?? (days === undefined || days === 0 ? undefined : now + days * DAY);
    if (end !== undefined) checkTrialEnd(end, now);
    return end;
  }

  #findMethod(customer: CustomerRecord, fields: SubscribeFields): PaymentMethodRecord | undefined {
    const { default_payment_method: id } = fields;
    if (!id) return this.#methods.findDefault(customer, undefined);
    const method = this.#methods.find(id);
    checkPaymentMethod(this.#deps, method, { id, customer: customer.sequence });
    return method;
  }

  /** The first period whole, or its part until a later anchor; nothing during a trial. */
  #listFirstLines(
    subscription: Pick<SubscriptionRecord, "currency" | "items">,
    fields: SubscribeFields,
    { trialEnd, now }: { trialEnd: number | undefined; now: number },
  ): InvoiceLine[] {
    const { store } = this.#deps;
    const lines = listPeriodLines(store, subscription, { trial: trialEnd !== undefined });
    const anchor = fields.billing_cycle_anchor;
    if (trialEnd !== undefined || anchor === undefined || anchor <= now) return lines;
    if (fields.proration_behavior === "none") return [];
    return lines.map((line) => {
      const every = line.price === null ? MONTHLY : (store.prices.get(line.price).recurring ?? MONTHLY);
      const whole = findPeriod(anchor, every, anchor);
      const share = (anchor - now) / (whole.end - whole.start);
      return { ...line, amount: roundAmount(line.amount * Math.min(1, share)), proration: true };
    });
  }

  #draft(record: SubscriptionRecord, lines: readonly InvoiceLine[], now: number): InvoiceRecord {
    const isSent = record.rare.collection_method === "send_invoice" && sumLines(lines) > 0;
    return this.#invoices.draft({
      customer: record.customer,
      subscription: record,
      billingReason: "subscription_create",
      currency: record.currency,
      lines,
      periodStart: now,
      periodEnd: now,
      finalizesAt: isSent ? now + HOUR : null,
    });
  }

  #add(record: SubscriptionRecord): void {
    const { store, events, serializers, onChange } = this.#deps;
    store.addSubscription(record);
    onChange();
    if (!events.isRecording) return;
    events.emit({ type: "customer.subscription.created", object: serializers.subscription(record) });
  }

  #bill(draft: InvoiceRecord, method: PaymentMethodRecord | undefined, fields: SubscribeFields): void {
    if (draft.finalizesAt !== null) return;
    const invoice = this.#invoices.finalize(draft);
    if (invoice.status !== "open" || fields.payment_behavior === "default_incomplete") return;
    this.#dunning.collect(invoice, method ?? null, fields.confirmed);
  }
}

function wouldPay(method: PaymentMethodRecord | undefined, confirmed = false): boolean {
  return method?.does === "pay" || (method?.does === "confirm" && confirmed);
}
