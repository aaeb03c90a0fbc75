import { z } from "zod";
import { invoiceOf } from "../../store/invoice-sequence";
import { resourceMissing } from "../errors";
import { expandTree } from "../expand";
import { expandable, parseParams } from "../params";
import type { ApiRoute } from "../route";

const retrieveSchema = z.strictObject(expandable);

export const retrieveInvoice: ApiRoute = {
  method: "GET",
  path: "/v1/invoices/:id",
  handle({ store, writers }, request) {
    const tree = expandTree("invoice", parseParams(retrieveSchema, request.params).expand);
    const sequence = store.ids.sequenceOf("invoice", request.id);
    if (sequence === undefined) throw resourceMissing("invoice", request.id);
    const { subscription, nth } = invoiceOf(sequence);
    const record = store.subscriptions.peek(subscription);
    if (!record || nth > record.invoices) throw resourceMissing("invoice", request.id);
    return writers.invoice({ subscription: record, nth }, tree);
  },
};
