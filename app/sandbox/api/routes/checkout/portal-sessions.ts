import { z } from "zod";
import { createMissingError } from "../../errors";
import { parseExpand } from "../../expand";
import { expandable, ignored, parseParams, text, webAddress } from "../../params";
import { type ApiRoute, findOrThrow } from "../../route";

const createSchema = z.strictObject({
  ...expandable,
  customer: text,
  return_url: webAddress.optional(),
  configuration: ignored,
  locale: ignored,
});

/** Creates a session with the sandbox's own portal page. */
export const createPortalSession: ApiRoute = {
  method: "POST",
  path: "/v1/billing_portal/sessions",
  forCheckout: true,
  handle({ store, serializers, portalSessions }, request) {
    const { expand, customer, return_url } = parseParams(createSchema, request.params);
    parseExpand("billing_portal.session", expand);
    if (findOrThrow(store.customers, customer, "customer").deleted) {
      throw createMissingError("customer", customer, "customer");
    }
    const { id } = portalSessions.create({ customer, return_url });
    return serializers.portalSession(findOrThrow(store.portalSessions, id));
  },
};
