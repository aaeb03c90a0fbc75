import { z } from "zod";
import { parseExpand } from "../expand";
import { expandable, parseParams } from "../params";
import { type ApiRoute, findOrThrow } from "../route";

const retrieveSchema = z.strictObject(expandable);

export const retrieveInvoice: ApiRoute = {
  method: "GET",
  path: "/v1/invoices/:id",
  handle({ store, serializers }, request) {
    const tree = parseExpand("invoice", parseParams(retrieveSchema, request.params).expand);
    return serializers.invoice(findOrThrow(store.invoices, request.id), tree);
  },
};
