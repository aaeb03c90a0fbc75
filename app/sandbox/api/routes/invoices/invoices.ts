import { z } from "zod";
import type { Account } from "../../../account/account";
import { toListJson } from "../../../json";
import { makeLineId } from "../../../objects/invoices/invoice-line";
import type { InvoiceRecord } from "../../../store/billing-records";
import { createMissingError } from "../../errors";
import { parseExpand } from "../../expand";
import { selectPage } from "../../nested-page";
import { choice, listParams, parseParams, range, text } from "../../params";
import { defineList, defineRetrieve, findSequence, type Resource } from "../../resource";
import { type ApiRoute, findOrThrow } from "../../route";

const invoices: Resource<InvoiceRecord> = {
  path: "/v1/invoices",
  kind: "invoice",
  collection: ({ store }) => store.invoices,
  write: ({ serializers }, record, expand) => serializers.invoice(record, expand),
};

const linesSchema = z.strictObject(listParams);

export const retrieveInvoice = defineRetrieve(invoices);

export const listInvoices = defineList({
  ...invoices,
  listKind: "invoice_list",
  filters: {
    collection_method: choice(["charge_automatically", "send_invoice"]).optional(),
    customer: text.optional(),
    due_date: range.optional(),
    status: choice(["draft", "open", "paid", "uncollectible", "void"]).optional(),
    subscription: text.optional(),
  },
  createFilter(account, params) {
    const { store } = account;
    const customer = findSequence(store.customers, params.customer, "customer");
    const subscription = findSequence(store.subscriptions, params.subscription, "subscription");
    const { status, collection_method: method, due_date: due } = params;
    return {
      ...(subscription === undefined
        ? {}
        : { ascending: store.listInvoices(subscription).map(({ sequence }) => sequence) }),
      matches: (invoice) =>
        (customer === undefined || invoice.customer === customer) &&
        (status === undefined || invoice.status === status) &&
        (method === undefined || invoice.collectionMethod === method) &&
        (due === undefined ||
          (invoice.dueDate !== null && invoice.dueDate >= due.from && invoice.dueDate <= due.to)),
    };
  },
});

/** All lines; the invoice itself has the first ten. */
export const listInvoiceLines: ApiRoute = {
  method: "GET",
  path: `${invoices.path}/:id/lines`,
  handle({ store, serializers }, request) {
    const params = parseParams(linesSchema, request.params);
    const expand = parseExpand("invoice_line_list", params.expand)?.get("data");
    const invoice = findOrThrow(store.invoices, request.id);
    const lines = invoice.lines.map((line, position) => ({
      line,
      position,
      id: makeLineId(store, invoice.sequence, position),
    }));
    const page = selectPage(lines, params, (id, param) => createMissingError("line_item", id, param));
    return toListJson(
      page.records.map(({ line, position }) => serializers.invoiceLine({ invoice, line, position }, expand)),
      page.hasMore,
      `${invoices.path}/${request.id}/lines`,
    );
  },
};

export const listInvoicePayments: ApiRoute = {
  method: "GET",
  path: "/v1/invoice_payments",
  handle(account, request) {
    const schema = z.strictObject({
      ...listParams,
      invoice: text.optional(),
      payment: z.strictObject({ payment_intent: text, type: choice(["payment_intent"]) }).optional(),
      status: choice(["canceled", "open", "paid"]).optional(),
    });
    const params = parseParams(schema, request.params);
    const expand = parseExpand("invoice_payment_list", params.expand)?.get("data");
    const paid = listPaidInvoices(account, params.invoice).filter(
      ({ paymentIntent }) =>
        params.payment === undefined ||
        (paymentIntent !== null &&
          account.store.paymentIntents.getId(paymentIntent) === params.payment.payment_intent),
    );
    const payments = paid
      .map((invoice) => ({
        id: account.store.ids.make("invoice_payment", invoice.sequence),
        text: account.serializers.invoicePayment(invoice, expand),
      }))
      .filter(({ text: payment }) => params.status === undefined || readStatus(payment) === params.status);
    const page = selectPage(payments, params, (id, param) =>
      createMissingError("invoice_payment", id, param),
    );
    return toListJson(
      page.records.map(({ text: payment }) => payment),
      page.hasMore,
      "/v1/invoice_payments",
    );
  },
};

export const retrieveInvoicePayment: ApiRoute = {
  method: "GET",
  path: "/v1/invoice_payments/:id",
  handle({ store, serializers }, request) {
    const params = parseParams(z.strictObject({ expand: listParams.expand }), request.params);
    const expand = parseExpand("invoice_payment", params.expand);
    const invoice = store.invoices.peek(store.ids.decode("invoice_payment", request.id) ?? 0);
    if (!invoice || invoice.paymentIntent === null) throw createMissingError("invoice_payment", request.id);
    return serializers.invoicePayment(invoice, expand);
  },
};

/** The invoices that have a payment, newest first. */
function listPaidInvoices({ store }: Account, id: string | undefined): InvoiceRecord[] {
  if (id === undefined) {
    const all = store.invoices.index.listAscending().map((sequence) => store.invoices.get(sequence));
    return all.filter(({ paymentIntent }) => paymentIntent !== null).reverse();
  }
  const invoice = findOrThrow(store.invoices, id, "invoice");
  return invoice.paymentIntent === null ? [] : [invoice];
}

function readStatus(payment: string): string {
  const { status }: { status: string } = JSON.parse(payment);
  return status;
}
