import type { Customers } from "~/sandbox/account/customers";
import { type AccountParts, existing } from "~/sandbox/account/parts";
import type { Subscriptions } from "~/sandbox/account/subscriptions";
import { paymentMethodId } from "~/sandbox/objects/payment-method";
import type { CheckoutSessionRecord, Payment } from "~/sandbox/store/records";
import type { TestCard } from "./cards";
import type { CheckoutSessions } from "./checkout-sessions";

/** What the payer typed. `email` counts only where the session has none. */
export interface Payer {
  email: string | null;
  name: string;
  card: TestCard;
}

export type PaymentOutcome =
  | { ok: true; step: "confirm" | "paid" }
  | { ok: false; reason: "missing_in_stripe" | "declined" | "expired" };

interface CheckoutWith {
  sessions: CheckoutSessions;
  customers: Customers;
  subscriptions: Subscriptions;
  /** Runs it some time later, as told by the sandbox's options. */
  attachLater: (attach: () => void) => void;
}

const DAY = 86_400;

/** Paying on the hosted page, and what Stripe does after that. */
export class Checkout {
  readonly #parts: AccountParts;
  readonly #with: CheckoutWith;

  constructor(parts: AccountParts, others: CheckoutWith) {
    this.#parts = parts;
    this.#with = others;
  }

  /** Pays an open session. One that is paid already stays so: a form sent twice buys once. */
  pay(id: string, { email, name, card }: Payer): PaymentOutcome {
    const session = this.#current(id);
    const stopped = this.#cannotBePaid(session);
    if (stopped) return stopped;
    if (card.does === "decline") return { ok: false, reason: "declined" };
    const payment: Payment = {
      email: this.#fixedEmail(session) ?? email,
      name,
      cardLast4: card.last4,
      at: this.#parts.clock.now(),
      step: "confirming",
    };
    if (card.does === "confirm") {
      this.#replace({ ...session, payment });
      return { ok: true, step: "confirm" };
    }
    return this.#paid(session, payment);
  }

  /** The answer of the payer's bank, where the card wanted one. Not confirmed is not paid: the session stays open. */
  confirm(id: string, confirmed: boolean): PaymentOutcome {
    const session = this.#current(id);
    const stopped = this.#cannotBePaid(session);
    if (stopped) return stopped;
    if (session.payment?.step !== "confirming") return { ok: false, reason: "declined" };
    if (confirmed) return this.#paid(session, { ...session.payment, at: this.#parts.clock.now() });
    this.#replace({ ...session, payment: null });
    return { ok: false, reason: "declined" };
  }

  /** Attaches at once what was paid and not attached yet: before a restart, for one. */
  attachAll(): void {
    const { checkoutSessions } = this.#parts.store;
    for (const { sequence, payment } of checkoutSessions.all()) {
      if (payment?.step === "attaching") this.#attach(checkoutSessions.idOf(sequence));
    }
  }

  /** The address that the payer cannot change; null where it is theirs to type. */
  fixedEmailOf(id: string): string | null {
    return this.#fixedEmail(existing(this.#parts.store.checkoutSessions, id));
  }

  #fixedEmail({ customer, customerEmail }: CheckoutSessionRecord): string | null {
    return customer === null ? customerEmail : this.#parts.store.customers.get(customer).email;
  }

  #current(id: string): CheckoutSessionRecord {
    this.#with.sessions.expireDue();
    return existing(this.#parts.store.checkoutSessions, id);
  }

  #cannotBePaid({ status, customer }: CheckoutSessionRecord): PaymentOutcome | undefined {
    if (status === "complete") return { ok: true, step: "paid" };
    if (status === "expired") return { ok: false, reason: "expired" };
    if (customer !== null && this.#parts.store.customers.get(customer).deleted) {
      return { ok: false, reason: "missing_in_stripe" };
    }
    return undefined;
  }

  #paid(session: CheckoutSessionRecord, payment: Payment): PaymentOutcome {
    this.#replace({
      ...session,
      status: "complete",
      paymentStatus: session.trialDays === null ? "paid" : "no_payment_required",
      payment: { ...payment, step: "attaching" },
    });
    const id = this.#parts.store.checkoutSessions.idOf(session.sequence);
    this.#with.attachLater(() => this.#attach(id));
    return { ok: true, step: "paid" };
  }

  /** Stripe promises no order of these events; receivers must not depend on this one. */
  #attach(id: string): void {
    const { store, events, writers } = this.#parts;
    const { customers, subscriptions, sessions } = this.#with;
    const session = existing(store.checkoutSessions, id);
    const { payment } = session;
    if (payment?.step !== "attaching") return;
    this.#replace({ ...session, payment: { ...payment, step: "attached" } });
    const { email, name, cardLast4, at } = payment;
    const customer =
      session.customer === null
        ? customers.create({ email, name, cardLast4, created: at }).id
        : store.customers.idOf(session.customer);
    const before = existing(store.customers, customer);
    if (before.deleted) return;
    customers.update(customer, { cardLast4, email: before.email ?? email });
    const subscription = subscriptions.create({
      customer,
      created: at,
      items: session.lineItems.map((line) => ({
        price: store.prices.idOf(line.price),
        quantity: line.quantity,
      })),
      metadata: session.subscriptionMetadata,
      default_payment_method: paymentMethodId(cardLast4),
      ...(session.trialDays === null ? {} : { trial_end: at + session.trialDays * DAY }),
    });
    sessions.update(id, { customer, subscription: subscription.id });
    const attached = existing(store.checkoutSessions, id);
    events.emit({ type: "checkout.session.completed", object: writers.checkoutSession(attached) });
  }

  #replace(session: CheckoutSessionRecord): void {
    this.#parts.store.checkoutSessions.replace(session);
    this.#parts.changed();
  }
}
