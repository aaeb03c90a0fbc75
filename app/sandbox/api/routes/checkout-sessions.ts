import { z } from "zod";
import type { CheckoutSessionRecord } from "../../store/records";
import { expandTree } from "../expand";
import { pageOf, pageText } from "../paging";
import { expandable, listParams, oneOf, parseParams, range, text } from "../params";
import { type ApiRoute, found } from "../route";

const PATH = "/v1/checkout/sessions";

const listSchema = z.strictObject({
  ...listParams,
  created: range.optional(),
  customer: text.optional(),
  customer_details: z.strictObject({ email: text }).optional(),
  payment_link: text.optional(),
  status: oneOf(["complete", "expired", "open"]).optional(),
  subscription: text.optional(),
});

const retrieveSchema = z.strictObject(expandable);

export const listCheckoutSessions: ApiRoute = {
  method: "GET",
  path: PATH,
  forCheckout: true,
  handle({ store, writers, checkoutSessions }, request) {
    const params = parseParams(listSchema, request.params);
    checkoutSessions.expireDue();
    const expand = expandTree("checkout.session_list", params.expand)?.get("data");
    const customer =
      params.customer === undefined
        ? undefined
        : found(store.customers, params.customer, "customer").sequence;
    const subscription =
      params.subscription === undefined
        ? undefined
        : found(store.subscriptions, params.subscription, "subscription").sequence;
    const { status, payment_link, customer_details } = params;
    const page = pageOf({
      collection: store.checkoutSessions,
      ascending: store.checkoutSessions.index.ascending(),
      params,
      created: params.created,
      matches: (session) =>
        (customer === undefined || session.customer === customer) &&
        (subscription === undefined || session.subscription === subscription) &&
        (status === undefined || session.status === status) &&
        (payment_link === undefined || session.paymentLink === payment_link) &&
        (customer_details === undefined || emailOf(session) === customer_details.email),
    });
    return pageText(page, PATH, (record) => writers.checkoutSession(record, expand));
  },
};

export const retrieveCheckoutSession: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  forCheckout: true,
  handle({ store, writers, checkoutSessions }, request) {
    checkoutSessions.expireDue();
    const tree = expandTree("checkout.session", parseParams(retrieveSchema, request.params).expand);
    return writers.checkoutSession(found(store.checkoutSessions, request.id), tree);
  },
};

function emailOf({ status, payment, customerEmail }: CheckoutSessionRecord): string | null {
  return (status === "complete" ? payment?.email : null) ?? customerEmail;
}
