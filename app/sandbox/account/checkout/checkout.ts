import { type AccountDeps, getExisting } from "~/sandbox/account/account-deps";
import type { NewSubscriptions } from "~/sandbox/account/billing/new-subscriptions";
import type { Customers } from "~/sandbox/account/customers";
import type { PaymentMethods } from "~/sandbox/account/payments/payment-methods";
import type { CheckoutSessionRecord, Payment } from "~/sandbox/store/records";
import type { TestCard } from "./cards";
import type { CheckoutSessions } from "./checkout-sessions";

/** What the payer entered. `email` is used only when the session has none. */
export interface Payer {
  email: string | null;
  name: string;
  card: TestCard;
}

export type PaymentOutcome =
  | { ok: true; step: "confirm" | "paid" }
  | { ok: false; reason: "customer_deleted" | "declined" | "expired" };

interface CheckoutServices {
  sessions: CheckoutSessions;
  customers: Customers;
  newSubscriptions: NewSubscriptions;
  paymentMethods: PaymentMethods;
  /** Runs it after the delay in the sandbox's options. */
  attachLater: (attach: () => void) => void;
}

/** Payments on the hosted page and what Stripe does after them. */
export class Checkout {
  readonly #deps: AccountDeps;
  readonly #services: CheckoutServices;

  constructor(deps: AccountDeps, others: CheckoutServices) {
    this.#deps = deps;
    this.#services = others;
  }

  /** Pays an open session. Does nothing to a paid one, so a form that is sent twice buys once. */
  pay(id: string, { email, name, card }: Payer): PaymentOutcome {
    const session = this.#getCurrent(id);
    const stopped = this.#findPaymentBlocker(session);
    if (stopped) return stopped;
    if (card.does === "decline" || card.does === "decline_later") return { ok: false, reason: "declined" };
    const payment: Payment = {
      email: this.#readFixedEmail(session) ?? email,
      name,
      card,
      at: this.#deps.clock.now(),
      step: "confirming",
    };
    if (card.does === "confirm") {
      this.#replace({ ...session, payment });
      return { ok: true, step: "confirm" };
    }
    return this.#complete(session, payment);
  }

  /** Takes the confirmation of the payer's bank. Without it nothing is paid and the session stays open. */
  confirm(id: string, confirmed: boolean): PaymentOutcome {
    const session = this.#getCurrent(id);
    const stopped = this.#findPaymentBlocker(session);
    if (stopped) return stopped;
    if (session.payment?.step !== "confirming") return { ok: false, reason: "declined" };
    if (confirmed) return this.#complete(session, { ...session.payment, at: this.#deps.clock.now() });
    this.#replace({ ...session, payment: null });
    return { ok: false, reason: "declined" };
  }

  /** Attaches customers and subscriptions of all paid sessions now, for example after a restart. */
  attachAll(): void {
    const { checkoutSessions } = this.#deps.store;
    for (const { sequence, payment } of checkoutSessions.all()) {
      if (payment?.step === "attaching") this.#attach(checkoutSessions.getId(sequence));
    }
  }

  /** The email address that the payer cannot change; null when the payer enters it. */
  findFixedEmail(id: string): string | null {
    return this.#readFixedEmail(getExisting(this.#deps.store.checkoutSessions, id));
  }

  #readFixedEmail({ customer, customerEmail }: CheckoutSessionRecord): string | null {
    return customer === null ? customerEmail : this.#deps.store.customers.get(customer).email;
  }

  #getCurrent(id: string): CheckoutSessionRecord {
    return getExisting(this.#deps.store.checkoutSessions, id);
  }

  #findPaymentBlocker({ status, customer }: CheckoutSessionRecord): PaymentOutcome | undefined {
    if (status === "complete") return { ok: true, step: "paid" };
    if (status === "expired") return { ok: false, reason: "expired" };
    if (customer !== null && this.#deps.store.customers.get(customer).deleted) {
      return { ok: false, reason: "customer_deleted" };
    }
    return undefined;
  }

  #complete(session: CheckoutSessionRecord, payment: Payment): PaymentOutcome {
    this.#replace({
      ...session,
      status: "complete",
      paymentStatus: session.trialDays === null ? "paid" : "no_payment_required",
      payment: { ...payment, step: "attaching" },
    });
    const id = this.#deps.store.checkoutSessions.getId(session.sequence);
    this.#services.attachLater(() => this.#attach(id));
    return { ok: true, step: "paid" };
  }

  /** Stripe guarantees no order of these events, so receivers must not depend on this one. */
  #attach(id: string): void {
    const { store, clock } = this.#deps;
    const session = getExisting(store.checkoutSessions, id);
    const { payment } = session;
    if (payment?.step !== "attaching") return;
    clock.runAt(payment.at, () => this.#attachPaid(session, payment), "objects");
  }

  #attachPaid(session: CheckoutSessionRecord, payment: Payment): void {
    const { store, events, serializers } = this.#deps;
    const { customers, newSubscriptions, sessions, paymentMethods } = this.#services;
    const id = store.checkoutSessions.getId(session.sequence);
    this.#replace({ ...session, payment: { ...payment, step: "attached" } });
    const { email, name, card, at } = payment;
    const customer =
      session.customer === null
        ? customers.create({ email, name, created: at }).id
        : store.customers.getId(session.customer);
    const before = getExisting(store.customers, customer);
    if (before.deleted) return;
    const method = paymentMethods.create({ card, customer, name, email });
    customers.update(customer, { email: before.email ?? email, ...(session.savesName ? { name } : {}) });
    const subscription = newSubscriptions.subscribe({
      customer,
      confirmed: true,
      currency: session.currency,
      items: session.lineItems.map((line) => ({
        price: store.prices.getId(line.price),
        quantity: line.quantity,
      })),
      metadata: session.subscriptionMetadata,
      billing_mode: session.billingMode,
      default_payment_method: method.id,
      ...(session.trialDays === null ? {} : { trial_period_days: session.trialDays }),
    });
    const { latestInvoice } = getExisting(store.subscriptions, subscription.id);
    sessions.update(id, { customer, subscription: subscription.id, invoice: latestInvoice });
    const attached = getExisting(store.checkoutSessions, id);
    events.emit({ type: "checkout.session.completed", object: serializers.checkoutSession(attached) });
  }

  #replace(session: CheckoutSessionRecord): void {
    this.#deps.store.checkoutSessions.replace(session);
    this.#deps.onChange();
  }
}
