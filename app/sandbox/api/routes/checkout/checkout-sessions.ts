import { z } from "zod";
import { type JsonObject, toListJson } from "../../../json";
import type { CheckoutSessionRecord } from "../../../store/records";
import { createMissingError } from "../../errors";
import { parseExpand } from "../../expand";
import { selectPage } from "../../nested-page";
import { findPage, serializePage } from "../../paging";
import { choice, expandable, listParams, parseParams, range, text } from "../../params";
import { type ApiRoute, findOrThrow } from "../../route";

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

const lineItemsSchema = z.strictObject(listParams);

interface SerializedLines {
  line_items: { data: JsonObject[] };
}

export const listSessionLineItems: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id/line_items`,
  forCheckout: true,
  handle({ store, serializers }, request) {
    const params = parseParams(lineItemsSchema, request.params);
    const expand = parseExpand("line_item_list", params.expand);
    const session = findOrThrow(store.checkoutSessions, request.id);
    const text = serializers.checkoutSession(session, new Map([["line_items", expand ?? new Map()]]));
    const { line_items: lines }: SerializedLines = JSON.parse(text);
    const items = lines.data.map((line) => ({ id: String(line.id), line }));
    const page = selectPage(items, params, (id, param) => createMissingError("line_item", id, param));
    return toListJson(
      page.records.map(({ line }) => JSON.stringify(line)),
      page.hasMore,
      `${PATH}/${request.id}/line_items`,
    );
  },
};
