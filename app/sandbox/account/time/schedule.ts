import type { Clock } from "~/sandbox/account/clock";
import type { InvoiceRecord } from "~/sandbox/store/billing-records";
import type { CheckoutSessionRecord, SubscriptionRecord } from "~/sandbox/store/records";
import type { Store } from "~/sandbox/store/store";
import {
  DUE_KINDS,
  type Due,
  type DueKind,
  findInvoiceDue,
  findSessionDue,
  findSubscriptionDue,
  listNotices,
} from "./due";
import { DueHeap } from "./due-heap";

/** What is due when, on the sandbox's clock and on each test clock. Entries that no longer hold are dropped when taken. */
export class Schedule {
  readonly #store: Store;
  readonly #clock: Pick<Clock, "now">;
  readonly #main = new DueHeap();
  readonly #byClock = new Map<string, DueHeap>();

  constructor({ store, clock }: { store: Store; clock: Pick<Clock, "now"> }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The earliest time on a clock (null: the sandbox's own); infinity when nothing is due. */
  findNext(clock: string | null): number {
    return this.#getHeap(clock).next;
  }

  /** Takes the earliest entry that still holds and is due by then. */
  take(clock: string | null, until: number): { kind: DueKind; at: number; sequence: number } | undefined {
    const heap = this.#getHeap(clock);
    while (heap.next <= until) {
      const entry = heap.take();
      if (!entry) return undefined;
      const kind = DUE_KINDS[entry.value % DUE_KINDS.length] ?? "subscription";
      const sequence = Math.floor(entry.value / DUE_KINDS.length);
      if (this.#holds(kind, sequence, entry.time)) return { kind, at: entry.time, sequence };
    }
    return undefined;
  }

  addSubscription(record: SubscriptionRecord, before?: SubscriptionRecord): void {
    const at = findSubscriptionDue(record);
    const clock = record.rare.test_clock;
    if (at !== undefined && (!before || findSubscriptionDue(before) !== at)) {
      this.#add(clock, { kind: "subscription", at }, record.sequence);
    }
    const known = before ? listNotices(before) : [];
    for (const notice of listNotices(record)) {
      if (notice.at < this.#clock.now()) continue;
      if (known.some(({ kind, at: was }) => kind === notice.kind && was === notice.at)) continue;
      this.#add(clock, notice, record.sequence);
    }
  }

  restoreSubscription(record: SubscriptionRecord): void {
    const at = findSubscriptionDue(record);
    if (at !== undefined) this.#add(record.rare.test_clock, { kind: "subscription", at }, record.sequence);
    for (const notice of listNotices(record)) {
      if (notice.at > this.#clock.now()) this.#add(record.rare.test_clock, notice, record.sequence);
    }
  }

  addInvoice(record: InvoiceRecord, before?: InvoiceRecord): void {
    const at = findInvoiceDue(record);
    if (at === undefined || (before && findInvoiceDue(before) === at)) return;
    const clock = this.#store.customers.get(record.customer).rare.test_clock;
    this.#add(clock, { kind: "invoice", at }, record.sequence);
  }

  addSession(record: CheckoutSessionRecord): void {
    const at = findSessionDue(record);
    if (at !== undefined) this.#add(null, { kind: "session", at }, record.sequence);
  }

  #holds(kind: DueKind, sequence: number, at: number): boolean {
    const { subscriptions, invoices, checkoutSessions } = this.#store;
    switch (kind) {
      case "invoice": {
        const invoice = invoices.peek(sequence);
        return invoice !== undefined && findInvoiceDue(invoice) === at;
      }
      case "session": {
        const session = checkoutSessions.peek(sequence);
        return session !== undefined && findSessionDue(session) === at;
      }
      case "subscription": {
        const subscription = subscriptions.peek(sequence);
        return subscription !== undefined && findSubscriptionDue(subscription) === at;
      }
      default: {
        const subscription = subscriptions.peek(sequence);
        return (
          subscription !== undefined &&
          listNotices(subscription).some((notice) => notice.kind === kind && notice.at === at)
        );
      }
    }
  }

  #add(clock: string | null, { kind, at }: Due, sequence: number): void {
    this.#getHeap(clock).add(at, sequence * DUE_KINDS.length + DUE_KINDS.indexOf(kind));
  }

  #getHeap(clock: string | null): DueHeap {
    if (clock === null) return this.#main;
    let heap = this.#byClock.get(clock);
    if (!heap) {
      heap = new DueHeap();
      this.#byClock.set(clock, heap);
    }
    return heap;
  }
}
