import { z } from "zod";
import type { CheckoutSessionRecord } from "../../store/records";
import { parseExpand } from "../expand";
import { findPage, serializePage } from "../paging";
import { choice, expandable, listParams, parseParams, range, text } from "../params";
import { type ApiRoute, findOrThrow } from "../route";

const PATH = "/v1/checkout/sessions";

const listSchema = z.strictObject({
  ...listParams,
  created: range.optional(),
  customer: text.optional(),
  customer_details: z.strictObject({ email: text }).optional(),
  payment_link: text.optional(),
  status: choice(["complete", "expired", "open"]).optional(),
  subscription: text.optional(),
});

const retrieveSchema = z.strictObject(expandable);

export const listCheckoutSessions: ApiRoute = {
  method: "GET",
  path: PATH,
  forCheckout: true,
  handle({ store, serializers, checkoutSessions }, request) {
    const params = parseParams(listSchema, request.params);
    checkoutSessions.expireOverdue();
    const expand = parseExpand("checkout.session_list", params.expand)?.get("data");
    const customer =
      params.customer === undefined
        ? undefined
        : findOrThrow(store.customers, params.customer, "customer").sequence;
    const subscription =
      params.subscription === undefined
        ? undefined
        : findOrThrow(store.subscriptions, params.subscription, "subscription").sequence;
    const { status, payment_link, customer_details } = params;
    const page = findPage({
      collection: store.checkoutSessions,
      ascending: store.checkoutSessions.index.listAscending(),
      params,
      created: params.created,
      matches: (session) =>
        (customer === undefined || session.customer === customer) &&
        (subscription === undefined || session.subscription === subscription) &&
        (status === undefined || session.status === status) &&
        (payment_link === undefined || session.paymentLink === payment_link) &&
        (customer_details === undefined || readEmail(session) === customer_details.email),
    });
    return serializePage(page, PATH, (record) => serializers.checkoutSession(record, expand));
  },
};

export const retrieveCheckoutSession: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  forCheckout: true,
  handle({ store, serializers, checkoutSessions }, request) {
    checkoutSessions.expireOverdue();
    const tree = parseExpand("checkout.session", parseParams(retrieveSchema, request.params).expand);
    return serializers.checkoutSession(findOrThrow(store.checkoutSessions, request.id), tree);
  },
};

function readEmail({ status, payment, customerEmail }: CheckoutSessionRecord): string | null {
  return (status === "complete" ? payment?.email : null) ?? customerEmail;
}
