import { z } from "zod";
import type { Account } from "../../../account/account";
import { ApiError, createMissingError } from "../../errors";
import { parseExpand } from "../../expand";
import {
  choice,
  expandable,
  integer,
  list,
  metadata,
  only,
  parseParams,
  text,
  webAddress,
} from "../../params";
import { type ApiRoute, findOrThrow } from "../../route";
import { billingMode, findDefaultBillingMode } from "../subscription-params";

const PATH = "/v1/checkout/sessions";
const SHORTEST = 30 * 60;
const LONGEST = 86_400;

const createSchema = z.strictObject({
  ...expandable,
  mode: choice(["payment", "setup", "subscription"]),
  line_items: list(z.strictObject({ price: text, quantity: integer({ min: 1 }) }), 20),
  success_url: webAddress,
  cancel_url: webAddress.optional(),
  client_reference_id: text.optional(),
  customer: text.optional(),
  customer_email: text.optional(),
  expires_at: integer().optional(),
  metadata: metadata.optional(),
  subscription_data: z
    .strictObject({
      metadata: metadata.optional(),
      trial_period_days: integer({ min: 1 }).optional(),
      billing_mode: billingMode.optional(),
      // Without a billing_cycle_anchor nothing is prorated.
      proration_behavior: choice(["create_prorations", "none"]).optional(),
    })
    .optional(),
  allow_promotion_codes: only("false"),
  automatic_tax: z.strictObject({ enabled: only("false") }).optional(),
  billing_address_collection: only("auto"),
  customer_update: z
    .strictObject({
      // The payment page asks for no address, so that there is none to save.
      address: choice(["auto", "never"]).optional(),
      name: choice(["auto", "never"]).optional(),
      shipping: only("never"),
    })
    .optional(),
  locale: only("auto", "en"),
  payment_method_collection: only("always"),
  payment_method_types: list(only("card")).optional(),
  submit_type: only("auto"),
  ui_mode: choice(["hosted", "hosted_page"]).optional(),
});

type CreateParams = z.output<typeof createSchema>;

const expireSchema = z.strictObject(expandable);

/** Creates a session with the sandbox's own payment page, which only sells subscriptions. */
export const createCheckoutSession: ApiRoute = {
  method: "POST",
  path: PATH,
  forCheckout: true,
  handle(account, request) {
    const {
      expand,
      metadata: given,
      subscription_data,
      ui_mode,
      customer_update,
      ...params
    } = parseParams(createSchema, request.params);
    const tree = parseExpand("checkout.session", expand);
    refuseContradictions(account, params);
    const { id } = account.checkoutSessions.create({
      ...params,
      hosted: true,
      saves_name: customer_update?.name === "auto",
      ...(given ? { metadata: given } : {}),
      subscription_data: {
        ...(subscription_data?.metadata ? { metadata: subscription_data.metadata } : {}),
        trial_period_days: subscription_data?.trial_period_days,
        billing_mode: subscription_data?.billing_mode ?? findDefaultBillingMode(request.version),
      },
    });
    return account.serializers.checkoutSession(findOrThrow(account.store.checkoutSessions, id), tree);
  },
};

export const expireCheckoutSession: ApiRoute = {
  method: "POST",
  path: `${PATH}/:id/expire`,
  forCheckout: true,
  handle({ store, checkoutSessions, serializers }, request) {
    const tree = parseExpand("checkout.session", parseParams(expireSchema, request.params).expand);
    checkoutSessions.expireOverdue();
    const { status } = findOrThrow(store.checkoutSessions, request.id);
    if (status !== "open") {
      throw new ApiError({
        status: 400,
        message: `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${status}\`.`,
      });
    }
    checkoutSessions.expire(request.id);
    return serializers.checkoutSession(findOrThrow(store.checkoutSessions, request.id), tree);
  },
};

function refuseContradictions({ store, clock }: Account, params: Omit<CreateParams, "expand">): void {
  if (params.mode !== "subscription") {
    throw new ApiError({
      status: 400,
      message: `The sandbox sells subscriptions only: mode=${params.mode} is not served.`,
      param: "mode",
    });
  }
  if (params.customer !== undefined && params.customer_email !== undefined) {
    throw new ApiError({
      status: 400,
      message: "You may only specify one of these parameters: customer, customer_email.",
      param: "customer",
    });
  }
  if (params.customer !== undefined && findOrThrow(store.customers, params.customer, "customer").deleted) {
    throw createMissingError("customer", params.customer, "customer");
  }
  params.line_items.forEach(({ price }, i) => {
    const param = `line_items[${i}][price]`;
    const { active, recurring } = findOrThrow(store.prices, price, param);
    if (!active) {
      const message = "The price specified is inactive. This field only accepts active prices.";
      throw new ApiError({ status: 400, message, param });
    }
    if (!recurring) {
      const message = "You must provide at least one recurring price in `subscription` mode.";
      throw new ApiError({ status: 400, message, param });
    }
  });
  const lasts = (params.expires_at ?? clock.now() + LONGEST) - clock.now();
  if (lasts < SHORTEST || lasts > LONGEST) {
    throw new ApiError({
      status: 400,
      message: "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.",
      param: "expires_at",
    });
  }
}
