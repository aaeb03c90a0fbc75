import type { InvoiceRecord } from "./billing-records";
import type { CheckoutSessionRecord, SubscriptionRecord } from "./records";

/** Is told of changes of what time moves. */
export interface StoreWatcher {
  addSubscription(record: SubscriptionRecord, before?: SubscriptionRecord): void;
  /** One that was there before: what it was told of already is not told again. */
  restoreSubscription(record: SubscriptionRecord): void;
  addInvoice(record: InvoiceRecord, before?: InvoiceRecord): void;
  addSession(record: CheckoutSessionRecord): void;
}
