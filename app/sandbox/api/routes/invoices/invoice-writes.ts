import { z } from "zod";
import type { Account } from "../../../account/account";
import type { InvoiceRecord } from "../../../store/billing-records";
import { ApiError, createMissingError } from "../../errors";
import { parseExpand } from "../../expand";
import { boolean, expandable, metadata, parseParams, text, unsettable } from "../../params";
import { type ApiRoute, findOrThrow } from "../../route";

const PATH = "/v1/invoices";

const plainSchema = z.strictObject(expandable);
const finalizeSchema = z.strictObject({ ...expandable, auto_advance: boolean.optional() });
const updateSchema = z.strictObject({
  ...expandable,
  auto_advance: boolean.optional(),
  description: unsettable.optional(),
  metadata: metadata.optional(),
});
const paySchema = z.strictObject({
  ...expandable,
  paid_out_of_band: boolean.optional(),
  payment_method: text.optional(),
});

/** Pays now, with a card of the customer. A declined card gets 402 and the invoice stays open. */
export const payInvoice: ApiRoute = {
  method: "POST",
  path: `${PATH}/:id/pay`,
  handle(account, request) {
    const { expand, ...params } = parseParams(paySchema, request.params);
    const tree = parseExpand("invoice", expand);
    const invoice = findOrThrow(account.store.invoices, request.id);
    requireStatus(invoice, ["draft", "open", "uncollectible"], "paid");
    account.dunning.pay(invoice, {
      outOfBand: params.paid_out_of_band ?? false,
      ...(params.payment_method === undefined ? {} : { paymentMethod: params.payment_method }),
    });
    return account.serializers.invoice(findOrThrow(account.store.invoices, request.id), tree);
  },
};

export const finalizeInvoice = defineChange(
  "finalize",
  ["draft"],
  finalizeSchema,
  ({ invoices }, invoice) => {
    invoices.finalize(invoice);
  },
);

export const voidInvoice = defineChange(
  "void",
  ["open", "uncollectible"],
  plainSchema,
  ({ invoices }, invoice) => {
    invoices.void(invoice);
  },
);

export const markInvoiceUncollectible = defineChange(
  "mark_uncollectible",
  ["open"],
  plainSchema,
  ({ invoices }, invoice) => {
    invoices.markUncollectible(invoice);
  },
);

export const updateInvoice: ApiRoute = {
  method: "POST",
  path: `${PATH}/:id`,
  handle({ store, invoices, serializers }, request) {
    const { expand, auto_advance, ...params } = parseParams(updateSchema, request.params);
    const tree = parseExpand("invoice", expand);
    const invoice = findOrThrow(store.invoices, request.id);
    invoices.update(invoice, { ...params, autoAdvance: auto_advance ?? invoice.autoAdvance });
    return serializers.invoice(findOrThrow(store.invoices, request.id), tree);
  },
};

function defineChange(
  action: string,
  from: readonly InvoiceRecord["status"][],
  schema: z.ZodType<{ expand?: string[] | undefined }>,
  change: (account: Account, invoice: InvoiceRecord) => void,
): ApiRoute {
  return {
    method: "POST",
    path: `${PATH}/:id/${action}`,
    handle(account, request) {
      const tree = parseExpand("invoice", parseParams(schema, request.params).expand);
      const invoice = account.store.invoices.find(request.id);
      if (!invoice) throw createMissingError("invoice", request.id);
      requireStatus(invoice, from, action);
      change(account, invoice);
      return account.serializers.invoice(findOrThrow(account.store.invoices, request.id), tree);
    },
  };
}

function requireStatus({ status }: InvoiceRecord, allowed: readonly string[], action: string): void {
  if (allowed.includes(status)) return;
  const message =
    status === "paid" ? "Invoice is already paid" : `This invoice is ${status} and cannot be ${action}.`;
  throw new ApiError({ status: 400, message });
}
