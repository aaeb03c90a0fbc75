import type { AccountDeps } from "~/sandbox/account/account-deps";
import type { Dunning } from "~/sandbox/account/billing/dunning";
import type { Renewals } from "~/sandbox/account/billing/renewals";
import type { CheckoutSessions } from "~/sandbox/account/checkout/checkout-sessions";
import type { SubscriptionRecord } from "~/sandbox/store/records";
import type { DueKind } from "./due";
import type { Schedule } from "./schedule";

interface Services {
  schedule: Schedule;
  renewals: Renewals;
  dunning: Dunning;
  sessions: CheckoutSessions;
}

const MOST_STEPS = 10_000_000;

/** Lets happen what is due, in the order and as of the time in which it is due. */
export class PassingTime {
  readonly #deps: AccountDeps;
  readonly #services: Services;
  #runs = false;

  constructor(deps: AccountDeps, services: Services) {
    this.#deps = deps;
    this.#services = services;
  }

  /** Lets happen what is due now on the sandbox's own clock. Cheap when nothing is. */
  catchUp(): void {
    const now = this.#deps.clock.now();
    if (this.#runs || this.#services.schedule.findNext(null) > now) return;
    this.passUntil(null, now);
  }

  /** Lets happen what is due by then on a clock (null: the sandbox's own). */
  passUntil(clock: string | null, until: number, before: (at: number) => void = () => {}): void {
    const { schedule } = this.#services;
    this.#runs = true;
    try {
      for (let step = 0; step < MOST_STEPS; step += 1) {
        const due = schedule.take(clock, until);
        if (!due) return;
        before(due.at);
        const what = clock === null ? "everything" : "objects";
        this.#deps.clock.runAt(due.at, () => this.#happen(due.kind, due.sequence), what);
      }
    } finally {
      this.#runs = false;
    }
  }

  #happen(kind: DueKind, sequence: number): void {
    const { store, events, serializers } = this.#deps;
    const { renewals, sessions } = this.#services;
    switch (kind) {
      case "session":
        sessions.expire(store.checkoutSessions.getId(sequence));
        return;
      case "invoice":
        this.#moveInvoice(sequence);
        return;
      case "trial_will_end":
        events.emit({
          type: "customer.subscription.trial_will_end",
          object: serializers.subscription(store.subscriptions.get(sequence)),
        });
        return;
      case "invoice_upcoming":
        renewals.announce(store.subscriptions.get(sequence));
        return;
      case "subscription":
        this.#moveSubscription(store.subscriptions.get(sequence));
        return;
      default:
        throw new Error(`Nothing can happen to ${String(kind satisfies never)}`);
    }
  }

  #moveInvoice(sequence: number): void {
    const { dunning } = this.#services;
    const invoice = this.#deps.store.invoices.get(sequence);
    if (invoice.status === "draft") dunning.bill(invoice);
    else if (invoice.collectionMethod === "send_invoice") dunning.markOverdue(invoice);
    else dunning.collect(invoice);
  }

  #moveSubscription(record: SubscriptionRecord): void {
    const { renewals, dunning } = this.#services;
    const now = this.#deps.clock.now();
    const { cancel_at, pause_collection } = record.rare;
    if (record.status === "incomplete") {
      dunning.end(record, { cancellation_reason: null }, "incomplete_expired");
    } else if (cancel_at !== null && cancel_at <= now) {
      dunning.end(record, {
        cancellation_reason: record.rare.cancellation_reason ?? "cancellation_requested",
      });
    } else if (pause_collection?.resumes_at && pause_collection.resumes_at <= now) {
      const rare = { ...record.rare, pause_collection: null };
      dunning.replace(record, { ...record, rare });
    } else renewals.reachPeriodEnd(record);
  }
}
