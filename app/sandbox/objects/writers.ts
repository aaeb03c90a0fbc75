import type {
  CheckoutSessionRecord,
  CustomerRecord,
  EventRecord,
  PortalSessionRecord,
  PriceRecord,
  ProductRecord,
  SubscriptionRecord,
  WebhookEndpointRecord,
} from "../store/records";
import type { Store } from "../store/store";
import { accountText } from "./account";
import { checkoutSessionText } from "./checkout-session";
import { customerText } from "./customer";
import { eventText } from "./event";
import { invoiceText } from "./invoice";
import { portalSessionText } from "./portal-session";
import { planText, priceText } from "./price";
import { productText } from "./product";
import { subscriptionText } from "./subscription";
import { subscriptionItemText } from "./subscription-item";
import type { AccountFacts, Expand, InvoiceSubject, SubscriptionItemSubject, View, Writers } from "./view";
import { newWebhookEndpointText, webhookEndpointText } from "./webhook-endpoint";

/** The writers of all objects over one store. */
export class StoreWriters implements Writers {
  readonly #store: Store;
  readonly #account: AccountFacts;
  readonly #prices = new WeakMap<PriceRecord, string>();
  readonly #plans = new WeakMap<PriceRecord, string>();

  constructor(store: Store, account: AccountFacts) {
    this.#store = store;
    this.#account = account;
  }

  customer(record: CustomerRecord, expand?: Expand): string {
    return customerText(this.#view(record, expand));
  }

  product(record: ProductRecord, expand?: Expand): string {
    return productText(this.#view(record, expand));
  }

  price(record: PriceRecord, expand?: Expand): string {
    return expand?.size
      ? priceText(this.#view(record, expand))
      : this.#kept(this.#prices, record, () => priceText(this.#view(record)));
  }

  plan(record: PriceRecord, expand?: Expand): string {
    return expand?.size
      ? planText(this.#view(record, expand))
      : this.#kept(this.#plans, record, () => planText(this.#view(record)));
  }

  subscription(record: SubscriptionRecord, expand?: Expand): string {
    return subscriptionText(this.#view(record, expand));
  }

  subscriptionItem(subject: SubscriptionItemSubject, expand?: Expand): string {
    return subscriptionItemText(this.#view(subject, expand));
  }

  invoice(subject: InvoiceSubject, expand?: Expand): string {
    return invoiceText(this.#view(subject, expand));
  }

  checkoutSession(record: CheckoutSessionRecord, expand?: Expand): string {
    return checkoutSessionText(this.#view(record, expand));
  }

  portalSession(record: PortalSessionRecord): string {
    return portalSessionText(this.#view(record));
  }

  webhookEndpoint(record: WebhookEndpointRecord): string {
    return webhookEndpointText(this.#view(record));
  }

  newWebhookEndpoint(record: WebhookEndpointRecord): string {
    return newWebhookEndpointText(this.#view(record));
  }

  event(record: EventRecord): string {
    return eventText(this.#view(record));
  }

  account(): string {
    return accountText(this.#account);
  }

  #view<R>(record: R, expand?: Expand): View<R> {
    return { record, expand, store: this.#store, account: this.#account, writers: this };
  }

  /** Records never change in place, so the text of one is right as long as it exists. */
  #kept(texts: WeakMap<PriceRecord, string>, record: PriceRecord, write: () => string): string {
    let text = texts.get(record);
    if (text === undefined) {
      text = write();
      texts.set(record, text);
    }
    return text;
  }
}
