import type {
  ChargeRecord,
  DisputeRecord,
  InvoiceItemRecord,
  InvoiceRecord,
  PaymentIntentRecord,
  PaymentMethodRecord,
  RefundRecord,
  TestClockRecord,
} from "~/sandbox/store/billing-records";
import type {
  CheckoutSessionRecord,
  CustomerRecord,
  EventRecord,
  PortalSessionRecord,
  PriceRecord,
  ProductRecord,
  SubscriptionRecord,
  WebhookEndpointRecord,
} from "~/sandbox/store/records";
import type { Store } from "~/sandbox/store/store";
import { TextCache } from "../large/text-cache";
import { serializeAccount } from "./account";
import { serializeCheckoutSession } from "./checkout-session";
import { serializeCustomer } from "./customer";
import { serializeEvent } from "./event";
import { serializeInvoice } from "./invoices/invoice";
import { serializeInvoiceItem } from "./invoices/invoice-item";
import { serializeInvoiceLine } from "./invoices/invoice-line";
import { serializeInvoicePayment } from "./invoices/invoice-payment";
import { serializeCharge } from "./payments/charge";
import { serializeDispute } from "./payments/dispute";
import { serializePaymentIntent } from "./payments/payment-intent";
import { serializePaymentMethod } from "./payments/payment-method";
import { serializeRefund } from "./payments/refund";
import { serializePortalSession } from "./portal-session";
import { serializePlan, serializePrice } from "./price";
import { serializeProduct } from "./product";
import { serializeSubscription } from "./subscription";
import { serializeSubscriptionItem } from "./subscription-item";
import { serializeTestClock } from "./test-clock";
import type {
  AccountFacts,
  Expand,
  InvoiceLineSubject,
  Serializers,
  SubscriptionItemSubject,
  View,
} from "./view";
import { serializeNewWebhookEndpoint, serializeWebhookEndpoint } from "./webhook-endpoint";

/** The serializers of all objects of one store. Records never change in place, so their text can be cached. */
export class StoreSerializers implements Serializers {
  readonly #store: Store;
  readonly #account: AccountFacts;
  readonly #prices = new TextCache<PriceRecord>((price) => serializePrice(this.#view(price)));
  readonly #plans = new TextCache<PriceRecord>((price) => serializePlan(this.#view(price)));

  constructor(store: Store, account: AccountFacts) {
    this.#store = store;
    this.#account = account;
  }

  customer(record: CustomerRecord, expand?: Expand): string {
    return serializeCustomer(this.#view(record, expand));
  }

  product(record: ProductRecord, expand?: Expand): string {
    return serializeProduct(this.#view(record, expand));
  }

  price(record: PriceRecord, expand?: Expand): string {
    return expand?.size ? serializePrice(this.#view(record, expand)) : this.#prices.get(record);
  }

  plan(record: PriceRecord, expand?: Expand): string {
    return expand?.size ? serializePlan(this.#view(record, expand)) : this.#plans.get(record);
  }

  subscription(record: SubscriptionRecord, expand?: Expand): string {
    return serializeSubscription(this.#view(record, expand));
  }

  subscriptionItem(subject: SubscriptionItemSubject, expand?: Expand): string {
    return serializeSubscriptionItem(this.#view(subject, expand));
  }

  invoice(record: InvoiceRecord, expand?: Expand): string {
    return serializeInvoice(this.#view(record, expand));
  }

  invoiceLine(subject: InvoiceLineSubject, expand?: Expand): string {
    return serializeInvoiceLine(this.#view(subject, expand));
  }

  invoicePayment(record: InvoiceRecord, expand?: Expand): string {
    return serializeInvoicePayment(this.#view(record, expand));
  }

  paymentMethod(record: PaymentMethodRecord, expand?: Expand): string {
    return serializePaymentMethod(this.#view(record, expand));
  }

  paymentIntent(record: PaymentIntentRecord, expand?: Expand): string {
    return serializePaymentIntent(this.#view(record, expand));
  }

  charge(record: ChargeRecord, expand?: Expand): string {
    return serializeCharge(this.#view(record, expand));
  }

  refund(record: RefundRecord, expand?: Expand): string {
    return serializeRefund(this.#view(record, expand));
  }

  dispute(record: DisputeRecord, expand?: Expand): string {
    return serializeDispute(this.#view(record, expand));
  }

  checkoutSession(record: CheckoutSessionRecord, expand?: Expand): string {
    return serializeCheckoutSession(this.#view(record, expand));
  }

  invoiceItem(record: InvoiceItemRecord, expand?: Expand): string {
    return serializeInvoiceItem(this.#view(record, expand));
  }

  testClock(record: TestClockRecord): string {
    return serializeTestClock(this.#view(record));
  }

  portalSession(record: PortalSessionRecord): string {
    return serializePortalSession(this.#view(record));
  }

  webhookEndpoint(record: WebhookEndpointRecord): string {
    return serializeWebhookEndpoint(this.#view(record));
  }

  newWebhookEndpoint(record: WebhookEndpointRecord): string {
    return serializeNewWebhookEndpoint(this.#view(record));
  }

  event(record: EventRecord): string {
    return serializeEvent(this.#view(record));
  }

  account(): string {
    return serializeAccount(this.#account);
  }

  #view<R>(record: R, expand?: Expand): View<R> {
    return { record, expand, store: this.#store, account: this.#account, serializers: this };
  }
}
