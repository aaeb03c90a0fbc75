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
  readonly apiVersion: string;
  /** Where the payment pages are: the origin under which the sandbox is reached. */
  readonly origin: string;
}

export interface SubscriptionItemSubject {
  readonly subscription: SubscriptionRecord;
  readonly item: ItemRecord;
}

export interface InvoiceSubject {
  readonly subscription: SubscriptionRecord;
  /** Which of the subscription's invoices, counted from 1. */
  readonly nth: number;
}

/** Writes any object as JSON text. Objects that hold others write them through this. */
export interface Writers {
  customer(record: CustomerRecord, expand?: Expand): string;
  product(record: ProductRecord, expand?: Expand): string;
  price(record: PriceRecord, expand?: Expand): string;
  plan(record: PriceRecord, expand?: Expand): string;
  subscription(record: SubscriptionRecord, expand?: Expand): string;
  subscriptionItem(subject: SubscriptionItemSubject, expand?: Expand): string;
  invoice(subject: InvoiceSubject, expand?: Expand): string;
  checkoutSession(record: CheckoutSessionRecord, expand?: Expand): string;
  portalSession(record: PortalSessionRecord): string;
  webhookEndpoint(record: WebhookEndpointRecord): string;
  /** With its secret. */
  newWebhookEndpoint(record: WebhookEndpointRecord): string;
  event(record: EventRecord): string;
  account(): string;
}

/** What the writer of one object gets to see. */
export interface View<R> {
  readonly record: R;
  readonly expand: Expand | undefined;
  readonly store: Store;
  readonly account: AccountFacts;
  readonly writers: Writers;
}
