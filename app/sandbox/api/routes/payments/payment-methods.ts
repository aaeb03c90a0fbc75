import { z } from "zod";
import type { Account } from "../../../account/account";
import type { PaymentMethodRecord } from "../../../store/billing-records";
import { ApiError, createMissingError } from "../../errors";
import { parseExpand } from "../../expand";
import { findPage, serializePage } from "../../paging";
import { choice, expandable, listParams, metadata, parseParams, text } from "../../params";
import { defineRetrieve, findSequence, type Resource } from "../../resource";
import { type ApiRoute, findOrThrow } from "../../route";

const methods: Resource<PaymentMethodRecord> = {
  path: "/v1/payment_methods",
  kind: "payment_method",
  collection: ({ store }) => store.paymentMethods,
  write: ({ serializers }, record, expand) => serializers.paymentMethod(record, expand),
};

const updateSchema = z.strictObject({ ...expandable, metadata: metadata.optional() });
const attachSchema = z.strictObject({ ...expandable, customer: text });
const detachSchema = z.strictObject(expandable);
/** Only cards are made, so that a list of another type is empty. */
const type = choice([
  "card",
  "acss_debit",
  "alipay",
  "bacs_debit",
  "ideal",
  "link",
  "paypal",
  "sepa_debit",
  "us_bank_account",
]);
const listSchema = z.strictObject({ ...listParams, customer: text.optional(), type: type.optional() });
const customerListSchema = z.strictObject({ ...listParams, type: type.optional() });

export const retrievePaymentMethod = defineRetrieve(methods);

/** Those of a customer. Without one Stripe lists none that are attached. */
export const listPaymentMethods: ApiRoute = {
  method: "GET",
  path: methods.path,
  handle(account, request) {
    const params = parseParams(listSchema, request.params);
    const customer = findSequence(account.store.customers, params.customer, "customer") ?? null;
    return listOwn(account, { ...params, customer, url: methods.path });
  },
};

export const listCustomerPaymentMethods: ApiRoute = {
  method: "GET",
  path: "/v1/customers/:id/payment_methods",
  handle(account, request) {
    const params = parseParams(customerListSchema, request.params);
    const customer = findOrThrow(account.store.customers, request.id);
    if (customer.deleted) throw createMissingError("customer", request.id);
    return listOwn(account, {
      ...params,
      customer: customer.sequence,
      url: `/v1/customers/${request.id}/payment_methods`,
    });
  },
};

export const updatePaymentMethod: ApiRoute = {
  method: "POST",
  path: `${methods.path}/:id`,
  handle(account, request) {
    const { expand, ...params } = parseParams(updateSchema, request.params);
    findOrThrow(account.store.paymentMethods, request.id);
    account.paymentMethods.update(request.id, params);
    return writeOne(account, request.id, expand);
  },
};

/** Also takes Stripe's names of test cards, such as `pm_card_visa`: each becomes a new payment method. */
export const attachPaymentMethod: ApiRoute = {
  method: "POST",
  path: `${methods.path}/:id/attach`,
  handle(account, request) {
    const { expand, customer } = parseParams(attachSchema, request.params);
    if (findOrThrow(account.store.customers, customer, "customer").deleted) {
      throw createMissingError("customer", customer, "customer");
    }
    const method = requirePaymentMethod(account, request.id);
    if (method.does === "decline") throw createDeclineError(method);
    const id = account.store.paymentMethods.getId(method.sequence);
    if (method.customer !== null) {
      throw new ApiError({
        status: 400,
        message: "The payment method you provided has already been attached to a customer.",
      });
    }
    account.paymentMethods.attach(id, customer);
    return writeOne(account, id, expand);
  },
};

export const detachPaymentMethod: ApiRoute = {
  method: "POST",
  path: `${methods.path}/:id/detach`,
  handle(account, request) {
    const { expand } = parseParams(detachSchema, request.params);
    const { customer } = findOrThrow(account.store.paymentMethods, request.id);
    if (customer === null) {
      throw new ApiError({
        status: 400,
        message: "The payment method you provided is not attached to a customer so detachment is impossible.",
      });
    }
    account.paymentMethods.detach(request.id);
    return writeOne(account, request.id, expand);
  },
};

/** The payment method with this id, or a new one for the name of a test card. Throws `resource_missing`. */
export function requirePaymentMethod(account: Account, id: string, param?: string): PaymentMethodRecord {
  const method = account.paymentMethods.find(id);
  if (!method) throw createMissingError("payment_method", id, param);
  return method;
}

function writeOne(account: Account, id: string, expand: readonly string[] | undefined): string {
  const record = findOrThrow(account.store.paymentMethods, id);
  return account.serializers.paymentMethod(record, parseExpand("payment_method", expand));
}

function listOwn(
  { store, serializers }: Account,
  {
    customer,
    url,
    ...params
  }: z.output<typeof customerListSchema> & { customer: number | null; url: string },
): string {
  const expand = parseExpand("payment_method_list", params.expand)?.get("data");
  const page = findPage({
    collection: store.paymentMethods,
    ascending: store.paymentMethods.index.listAscending(),
    params,
    matches: (method) =>
      customer !== null && method.customer === customer && (params.type ?? "card") === "card",
  });
  return serializePage(page, url, (record) => serializers.paymentMethod(record, expand));
}

function createDeclineError({ declineCode }: PaymentMethodRecord): ApiError {
  return new ApiError({
    status: 402,
    type: "card_error",
    code: "card_declined",
    declineCode: declineCode ?? "generic_decline",
    message: "Your card was declined.",
  });
}
