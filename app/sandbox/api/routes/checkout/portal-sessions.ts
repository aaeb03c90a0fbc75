import { z } from "zod";
import { createMissingError } from "../../errors";
import { parseExpand } from "../../expand";
import { expandable, only, parseParams, text, webAddress } from "../../params";
import { type ApiRoute, findOrThrow } from "../../route";
import { flowSchema, toFlow } from "./portal-flow";

const createSchema = z.strictObject({
  ...expandable,
  customer: text,
  return_url: webAddress.optional(),
  flow_data: flowSchema.optional(),
  locale: only("auto", "en"),
});

/** Creates a session with the sandbox's own portal page. */
export const createPortalSession: ApiRoute = {
  method: "POST",
  path: "/v1/billing_portal/sessions",
  forCheckout: true,
  handle(account, request) {
    const { store, serializers, portalSessions } = account;
    const { expand, customer, return_url, flow_data } = parseParams(createSchema, request.params);
    parseExpand("billing_portal.session", expand);
    if (findOrThrow(store.customers, customer, "customer").deleted) {
      throw createMissingError("customer", customer, "customer");
    }
    const { id } = portalSessions.create({
      customer,
      return_url,
      flow: flow_data ? toFlow(account, customer, flow_data) : null,
    });
    return serializers.portalSession(findOrThrow(store.portalSessions, id));
  },
};
