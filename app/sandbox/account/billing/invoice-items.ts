import type { AccountDeps } from "~/sandbox/account/account-deps";
import type { InvoiceItemRecord, InvoiceLine } from "~/sandbox/store/billing-records";
import type { SubscriptionRecord } from "~/sandbox/store/records";

/** Lines that wait for the next invoice of a subscription, for example prorations. */
export class InvoiceItems {
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  add(subscription: SubscriptionRecord, line: InvoiceLine): void {
    const { store, clock } = this.#deps;
    const record: InvoiceItemRecord = {
      sequence: store.invoiceItems.nextSequence,
      created: clock.now(),
      customer: subscription.customer,
      subscription: subscription.sequence,
      invoice: null,
      currency: subscription.currency,
      line,
      deleted: false,
    };
    store.invoiceItems.add(record);
    this.#emit("invoiceitem.created", record);
  }

  /** The waiting lines of a subscription, without taking them. */
  list({ sequence }: SubscriptionRecord): InvoiceItemRecord[] {
    const waiting = [];
    for (const item of this.#deps.store.invoiceItems.all()) {
      if (item.subscription === sequence && item.invoice === null && !item.deleted) waiting.push(item);
    }
    return waiting;
  }

  /** Puts the waiting lines of a subscription on an invoice. */
  take(subscription: SubscriptionRecord, invoice: number): InvoiceLine[] {
    return this.list(subscription).map((item) => {
      this.#deps.store.invoiceItems.replace({ ...item, invoice });
      return item.line;
    });
  }

  #emit(type: string, record: InvoiceItemRecord): void {
    const { events, serializers, onChange } = this.#deps;
    if (events.isRecording) events.emit({ type, object: serializers.invoiceItem(record) });
    onChange();
  }
}
