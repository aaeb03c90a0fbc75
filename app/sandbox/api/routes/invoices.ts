import { z } from "zod";
import { decodeInvoice } from "~/sandbox/store/invoice-numbers";
import { createMissingError } from "../errors";
import { parseExpand } from "../expand";
import { expandable, parseParams } from "../params";
import type { ApiRoute } from "../route";

const retrieveSchema = z.strictObject(expandable);

export const retrieveInvoice: ApiRoute = {
  method: "GET",
  path: "/v1/invoices/:id",
  handle({ store, serializers }, request) {
    const tree = parseExpand("invoice", parseParams(retrieveSchema, request.params).expand);
    const sequence = store.ids.decode("invoice", request.id);
    if (sequence === undefined) throw createMissingError("invoice", request.id);
    const { subscription, nth } = decodeInvoice(sequence);
    const record = store.subscriptions.peek(subscription);
    if (!record || nth > record.invoices) throw createMissingError("invoice", request.id);
    return serializers.invoice({ subscription: record, nth }, tree);
  },
};
