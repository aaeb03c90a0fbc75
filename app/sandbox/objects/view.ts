import type {
  ChargeRecord,
  DisputeRecord,
  InvoiceItemRecord,
  InvoiceLine,
  InvoiceRecord,
  PaymentIntentRecord,
  PaymentMethodRecord,
  RefundRecord,
  TestClockRecord,
} from "../store/billing-records";
import type {
  CheckoutSessionRecord,
  CustomerRecord,
  EventRecord,
  ItemRecord,
  PortalSessionRecord,
  PriceRecord,
  ProductRecord,
  SubscriptionRecord,
  WebhookEndpointRecord,
} from "../store/records";
import type { Store } from "../store/store";

/** The fields to expand, as a tree: `items.data.price` is items → data → price. */
export type Expand = ReadonlyMap<string, Expand>;

export interface AccountFacts {
  readonly id: string;
  readonly livemode: boolean;
  /** The account's own API version: of requests that name none, and of its events. */
  readonly apiVersion: string;
  /** Hosts besides this machine that may get webhooks. */
  readonly webhookHosts?: readonly string[];
  /** The origin of the payment pages: where browsers reach the sandbox. */
  readonly origin: string;
}

export interface SubscriptionItemSubject {
  readonly subscription: SubscriptionRecord;
  readonly item: ItemRecord;
}

export interface InvoiceLineSubject {
  readonly invoice: InvoiceRecord;
  readonly line: InvoiceLine;
  /** Counted from 0. */
  readonly position: number;
}

/** Returns the JSON text of any object. Objects that contain others use these, too. */
export interface Serializers {
  customer(record: CustomerRecord, expand?: Expand): string;
  product(record: ProductRecord, expand?: Expand): string;
  price(record: PriceRecord, expand?: Expand): string;
  plan(record: PriceRecord, expand?: Expand): string;
  subscription(record: SubscriptionRecord, expand?: Expand): string;
  subscriptionItem(subject: SubscriptionItemSubject, expand?: Expand): string;
  invoice(record: InvoiceRecord, expand?: Expand): string;
  invoiceLine(subject: InvoiceLineSubject, expand?: Expand): string;
  /** The payment of an invoice that has one. */
  invoicePayment(record: InvoiceRecord, expand?: Expand): string;
  paymentMethod(record: PaymentMethodRecord, expand?: Expand): string;
  paymentIntent(record: PaymentIntentRecord, expand?: Expand): string;
  charge(record: ChargeRecord, expand?: Expand): string;
  refund(record: RefundRecord, expand?: Expand): string;
  dispute(record: DisputeRecord, expand?: Expand): string;
  invoiceItem(record: InvoiceItemRecord, expand?: Expand): string;
  testClock(record: TestClockRecord): string;
  checkoutSession(record: CheckoutSessionRecord, expand?: Expand): string;
  portalSession(record: PortalSessionRecord): string;
  webhookEndpoint(record: WebhookEndpointRecord): string;
  /** With its secret. */
  newWebhookEndpoint(record: WebhookEndpointRecord): string;
  event(record: EventRecord): string;
  account(): string;
}

/** What the serializer of one object receives. */
export interface View<R> {
  readonly record: R;
  readonly expand: Expand | undefined;
  readonly store: Store;
  readonly account: AccountFacts;
  readonly serializers: Serializers;
}
