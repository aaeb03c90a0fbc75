import { z } from "zod";
import { resourceMissing } from "../errors";
import { expandTree } from "../expand";
import { expandable, ignored, parseParams, text, webAddress } from "../params";
import { type ApiRoute, found } from "../route";

const createSchema = z.strictObject({
  ...expandable,
  customer: text,
  return_url: webAddress.optional(),
  configuration: ignored,
  locale: ignored,
});

/** The portal's page is the sandbox's own; it shows what one customer may do to their subscriptions. */
export const createPortalSession: ApiRoute = {
  method: "POST",
  path: "/v1/billing_portal/sessions",
  forCheckout: true,
  handle({ store, writers, portalSessions }, request) {
    const { expand, customer, return_url } = parseParams(createSchema, request.params);
    expandTree("billing_portal.session", expand);
    if (found(store.customers, customer, "customer").deleted) {
      throw resourceMissing("customer", customer, "customer");
    }
    const { id } = portalSessions.create({ customer, return_url });
    return writers.portalSession(found(store.portalSessions, id));
  },
};
