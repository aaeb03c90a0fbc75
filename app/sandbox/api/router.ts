import type { ApiRoute } from "./route";
import { retrieveAccount, retrieveOwnAccount } from "./routes/account";
import { createCheckoutSession, expireCheckoutSession } from "./routes/checkout/checkout-session-writes";
import {
  listCheckoutSessions,
  listSessionLineItems,
  retrieveCheckoutSession,
} from "./routes/checkout/checkout-sessions";
import { createPortalSession } from "./routes/checkout/portal-sessions";
import { createCustomer, deleteCustomer, updateCustomer } from "./routes/customer-writes";
import { listCustomers, retrieveCustomer } from "./routes/customers";
import { emptyRoutes } from "./routes/empty-lists";
import { listEvents, retrieveEvent } from "./routes/events";
import {
  finalizeInvoice,
  markInvoiceUncollectible,
  payInvoice,
  updateInvoice,
  voidInvoice,
} from "./routes/invoices/invoice-writes";
import {
  listInvoiceLines,
  listInvoicePayments,
  listInvoices,
  retrieveInvoice,
  retrieveInvoicePayment,
} from "./routes/invoices/invoices";
import {
  listCharges,
  listPaymentIntents,
  retrieveCharge,
  retrievePaymentIntent,
} from "./routes/payments/charges";
import { closeDispute, listDisputes, retrieveDispute, updateDispute } from "./routes/payments/disputes";
import {
  attachPaymentMethod,
  detachPaymentMethod,
  listCustomerPaymentMethods,
  listPaymentMethods,
  retrievePaymentMethod,
  updatePaymentMethod,
} from "./routes/payments/payment-methods";
import { createRefund, listRefunds, retrieveRefund, updateRefund } from "./routes/payments/refunds";
import { listPlans, retrievePlan } from "./routes/plans";
import { createPrice, updatePrice } from "./routes/price-writes";
import { listPrices, retrievePrice } from "./routes/prices";
import { createProduct, deleteProduct, updateProduct } from "./routes/product-writes";
import { listProducts, retrieveProduct } from "./routes/products";
import { searchCustomers, searchPrices, searchProducts, searchSubscriptions } from "./routes/search/searches";
import {
  cancelSubscription,
  createSubscription,
  resumeSubscription,
  updateSubscription,
} from "./routes/subscription-writes";
import { listSubscriptions, retrieveSubscription } from "./routes/subscriptions";
import {
  createSubscriptionItem,
  deleteSubscriptionItem,
  retrieveSubscriptionItem,
  updateSubscriptionItem,
} from "./routes/subscriptions/subscription-item-writes";
import { listSubscriptionItems } from "./routes/subscriptions/subscription-items";
import {
  advanceTestClock,
  createTestClock,
  deleteTestClock,
  listTestClocks,
  retrieveTestClock,
} from "./routes/test-clocks";
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  listWebhookEndpoints,
  retrieveWebhookEndpoint,
  updateWebhookEndpoint,
} from "./routes/webhook-endpoints";

const ROUTES: readonly ApiRoute[] = [
  payInvoice,
  finalizeInvoice,
  voidInvoice,
  markInvoiceUncollectible,
  updateInvoice,
  createTestClock,
  retrieveTestClock,
  listTestClocks,
  advanceTestClock,
  deleteTestClock,
  listCustomers,
  searchCustomers,
  searchPrices,
  searchProducts,
  searchSubscriptions,
  retrieveCustomer,
  createCustomer,
  updateCustomer,
  deleteCustomer,
  listSubscriptions,
  retrieveSubscription,
  createSubscription,
  updateSubscription,
  cancelSubscription,
  resumeSubscription,
  listSubscriptionItems,
  retrieveSubscriptionItem,
  createSubscriptionItem,
  updateSubscriptionItem,
  deleteSubscriptionItem,
  listProducts,
  retrieveProduct,
  createProduct,
  updateProduct,
  deleteProduct,
  listPrices,
  retrievePrice,
  createPrice,
  updatePrice,
  listEvents,
  retrieveEvent,
  retrieveOwnAccount,
  retrieveAccount,
  retrieveInvoice,
  listInvoices,
  listInvoiceLines,
  listInvoicePayments,
  retrieveInvoicePayment,
  listCharges,
  retrieveCharge,
  listPaymentIntents,
  retrievePaymentIntent,
  listPaymentMethods,
  listCustomerPaymentMethods,
  retrievePaymentMethod,
  updatePaymentMethod,
  attachPaymentMethod,
  detachPaymentMethod,
  listRefunds,
  retrieveRefund,
  createRefund,
  updateRefund,
  listDisputes,
  retrieveDispute,
  updateDispute,
  closeDispute,
  listPlans,
  retrievePlan,
  listSessionLineItems,
  ...emptyRoutes,
  listCheckoutSessions,
  retrieveCheckoutSession,
  createCheckoutSession,
  expireCheckoutSession,
  createPortalSession,
  createWebhookEndpoint,
  listWebhookEndpoints,
  retrieveWebhookEndpoint,
  updateWebhookEndpoint,
  deleteWebhookEndpoint,
];

export interface RouteMatch {
  route: ApiRoute;
  id: string;
  /** `GET /v1/customers/:id`: the key of rate limits and counters. */
  endpoint: string;
}

const BY_ENDPOINT = new Map(ROUTES.map((route) => [`${route.method} ${route.path}`, route]));

/** Method and path of every route, such as `GET /v1/customers/:id`. */
export function listServedEndpoints(): string[] {
  return [...BY_ENDPOINT.keys()];
}

/** The route for a request; undefined when the API has none. Fixed paths come before those with an id. */
export function matchRoute(method: string, path: string): RouteMatch | undefined {
  const parts = path.split("/");
  for (let at = parts.length; at > 1; at--) {
    const id = at === parts.length ? "" : decodePart(parts[at] ?? "");
    const pattern = parts.map((part, i) => (i === at ? ":id" : part)).join("/");
    const endpoint = `${method} ${pattern}`;
    const route = BY_ENDPOINT.get(endpoint);
    if (route && (at === parts.length || id !== "")) return { route, id, endpoint };
  }
  return undefined;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
