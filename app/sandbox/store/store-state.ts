import type {
  ChargeRecord,
  DisputeRecord,
  InvoiceItemRecord,
  InvoiceRecord,
  PaymentIntentRecord,
  PaymentMethodRecord,
  RefundRecord,
  TestClockRecord,
} from "./billing-records";
import type { CollectionState } from "./collection";
import type {
  CheckoutSessionRecord,
  CustomerRecord,
  EventRecord,
  PortalSessionRecord,
  PriceRecord,
  ProductRecord,
  SubscriptionRecord,
  WebhookEndpointRecord,
} from "./records";

/** What a store keeps in a state file. */
export interface StoreState {
  items: number;
  customers: CollectionState<CustomerRecord>;
  products: CollectionState<ProductRecord>;
  prices: CollectionState<PriceRecord>;
  subscriptions: CollectionState<SubscriptionRecord>;
  checkoutSessions: CollectionState<CheckoutSessionRecord>;
  portalSessions: CollectionState<PortalSessionRecord>;
  webhookEndpoints: CollectionState<WebhookEndpointRecord>;
  events: CollectionState<EventRecord>;
  invoices: CollectionState<InvoiceRecord>;
  invoiceItems: CollectionState<InvoiceItemRecord>;
  paymentMethods: CollectionState<PaymentMethodRecord>;
  paymentIntents: CollectionState<PaymentIntentRecord>;
  charges: CollectionState<ChargeRecord>;
  refunds: CollectionState<RefundRecord>;
  disputes: CollectionState<DisputeRecord>;
  testClocks: CollectionState<TestClockRecord>;
}
