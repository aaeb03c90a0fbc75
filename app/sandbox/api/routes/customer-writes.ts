import { z } from "zod";
import type { Account } from "../../account/account";
import { optionalAddress, shipping } from "../address";
import { ApiError, createMissingError } from "../errors";
import { parseExpand } from "../expand";
import { choice, expandable, integer, list, metadata, parseParams, text, unsettable } from "../params";
import { type ApiRequest, type ApiRoute, findOrThrow } from "../route";
import { requirePaymentMethod } from "./payments/payment-methods";

const PATH = "/v1/customers";

const fields = {
  ...expandable,
  email: unsettable.optional(),
  name: unsettable.optional(),
  description: unsettable.optional(),
  phone: unsettable.optional(),
  balance: integer().optional(),
  metadata: metadata.optional(),
  address: optionalAddress.optional(),
  invoice_settings: z.strictObject({ default_payment_method: unsettable.optional() }).optional(),
  preferred_locales: list(text).optional(),
  shipping: shipping.optional(),
  tax_exempt: choice(["exempt", "none", "reverse"]).optional(),
};

const createSchema = z.strictObject({
  ...fields,
  payment_method: text.optional(),
  test_clock: unsettable.optional(),
});
const updateSchema = z.strictObject(fields);
const deleteSchema = z.strictObject({});

export const createCustomer: ApiRoute = {
  method: "POST",
  path: PATH,
  handle(account, request) {
    const {
      expand,
      metadata: given,
      payment_method,
      invoice_settings,
      ...params
    } = parseParams(createSchema, request.params);
    const tree = parseExpand("customer", expand);
    const { test_clock: clock } = params;
    if (clock && findOrThrow(account.store.testClocks, clock, "test_clock").deleted)
      throw createMissingError("test_helpers.test_clock", clock, "test_clock");
    const method = payment_method && requirePaymentMethod(account, payment_method, "payment_method");
    const { id } = account.customers.create({ ...params, ...(given ? { metadata: given } : {}) });
    if (method) account.paymentMethods.attach(account.store.paymentMethods.getId(method.sequence), id);
    setDefaultMethod(account, id, invoice_settings);
    return account.serializers.customer(findOrThrow(account.store.customers, id), tree);
  },
};

export const updateCustomer: ApiRoute = {
  method: "POST",
  path: `${PATH}/:id`,
  handle(account, request) {
    const { expand, invoice_settings, ...params } = parseParams(updateSchema, request.params);
    const tree = parseExpand("customer", expand);
    refuseDeleted(account, request);
    account.customers.update(request.id, params);
    setDefaultMethod(account, request.id, invoice_settings);
    return account.serializers.customer(findOrThrow(account.store.customers, request.id), tree);
  },
};

export const deleteCustomer: ApiRoute = {
  method: "DELETE",
  path: `${PATH}/:id`,
  handle(account, request) {
    parseParams(deleteSchema, request.params);
    refuseDeleted(account, request);
    account.customers.delete(request.id);
    return account.serializers.customer(findOrThrow(account.store.customers, request.id));
  },
};

function refuseDeleted({ store }: Account, { id }: ApiRequest): void {
  if (findOrThrow(store.customers, id).deleted) throw createMissingError("customer", id);
}

/** What pays the customer's invoices: one of its own payment methods. */
function setDefaultMethod(
  account: Account,
  id: string,
  settings: { default_payment_method?: string | null } | undefined,
): void {
  const given = settings?.default_payment_method;
  if (given === undefined) return;
  const { store, customers } = account;
  const method = given === null ? undefined : store.paymentMethods.find(given);
  if (given !== null && (!method || method.customer !== findOrThrow(store.customers, id).sequence)) {
    throw new ApiError({
      status: 400,
      code: "resource_missing",
      message: `The customer does not have a payment method with the ID ${given}. The payment method must be attached to the customer.`,
      param: "invoice_settings[default_payment_method]",
    });
  }
  customers.update(id, { default_payment_method: given });
}
