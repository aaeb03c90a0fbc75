import { z } from "zod";
import type { Account } from "../../account/account";
import type { SubscriptionRecord } from "../../store/records";
import { ApiError, createMissingError } from "../errors";
import { parseExpand } from "../expand";
import { boolean, choice, expandable, parseParams, unsettable } from "../params";
import { type ApiRoute, findOrThrow } from "../route";
import {
  anchor,
  CANCELLATION_FEEDBACK,
  createSchema,
  findDefaultBillingMode,
  PRORATION_BEHAVIORS,
  updateSchema,
} from "./subscription-params";

const PATH = "/v1/subscriptions";
const EDITABLE_WHEN_CANCELED = new Set(["cancellation_details", "expand", "metadata"]);

const details = z.strictObject({
  comment: unsettable.optional(),
  feedback: choice(CANCELLATION_FEEDBACK).optional(),
});

const cancelSchema = z.strictObject({
  ...expandable,
  cancellation_details: details.optional(),
  invoice_now: boolean.optional(),
  prorate: boolean.optional(),
});

const resumeSchema = z.strictObject({
  ...expandable,
  billing_cycle_anchor: anchor.optional(),
  proration_behavior: choice(PRORATION_BEHAVIORS).optional(),
});

/** Creates a subscription and bills it, unless it has a trial. */
export const createSubscription: ApiRoute = {
  method: "POST",
  path: PATH,
  handle(account, request) {
    const { expand, trial_settings, ...params } = parseParams(createSchema, request.params);
    if (params.payment_behavior === "pending_if_incomplete")
      throw createOnlyForUpdates(params.payment_behavior);
    const tree = parseExpand("subscription", expand);
    const { store, newSubscriptions, serializers } = account;
    if (findOrThrow(store.customers, params.customer, "customer").deleted) {
      throw createMissingError("customer", params.customer, "customer");
    }
    params.items.forEach((item, i) => {
      findOrThrow(store.prices, item.price, `items[${i}][price]`);
    });
    const { id } = newSubscriptions.subscribe({
      ...params,
      billing_mode: params.billing_mode ?? findDefaultBillingMode(request.version),
      metadata: params.metadata === "" ? undefined : params.metadata,
      missing_payment_method: trial_settings?.end_behavior.missing_payment_method,
    });
    return serializers.subscription(findOrThrow(store.subscriptions, id), tree);
  },
};

const createOnlyForUpdates = (behavior: string) =>
  new ApiError({
    status: 400,
    message: `\`payment_behavior=${behavior}\` can only be used when a subscription is updated, not when it is created.`,
    param: "payment_behavior",
  });

export const updateSubscription: ApiRoute = {
  method: "POST",
  path: `${PATH}/:id`,
  handle(account, request) {
    const { expand, items, trial_settings, cancellation_details, ...params } = parseParams(
      updateSchema,
      request.params,
    );
    const tree = parseExpand("subscription", expand);
    const { store, changes, serializers } = account;
    const before = findOrThrow(store.subscriptions, request.id);
    refuseCanceled(before, Object.keys(request.params));
    (items ?? []).forEach((item, i) => {
      if (item.price !== undefined) findOrThrow(store.prices, item.price, `items[${i}][price]`);
      if (item.id !== undefined && !hasItem(account, before, item.id)) {
        throw createMissingError("subscription_item", item.id, `items[${i}][id]`);
      }
    });
    changes.change(request.id, {
      ...params,
      ...(items ? { items } : {}),
      cancellation_comment: cancellation_details?.comment,
      cancellation_feedback: cancellation_details?.feedback,
      missing_payment_method: trial_settings?.end_behavior.missing_payment_method,
    });
    return serializers.subscription(findOrThrow(store.subscriptions, request.id), tree);
  },
};

/** Cancels a subscription now. A canceled one gets 404, as at Stripe. */
export const cancelSubscription: ApiRoute = {
  method: "DELETE",
  path: `${PATH}/:id`,
  handle({ store, changes, serializers }, request) {
    const { expand, prorate, invoice_now, cancellation_details } = parseParams(cancelSchema, request.params);
    const tree = parseExpand("subscription", expand);
    if (findOrThrow(store.subscriptions, request.id).status === "canceled") {
      throw createMissingError("subscription", request.id);
    }
    changes.cancel(request.id, {
      prorate,
      invoiceNow: invoice_now,
      comment: cancellation_details?.comment ?? undefined,
      feedback: cancellation_details?.feedback,
    });
    return serializers.subscription(findOrThrow(store.subscriptions, request.id), tree);
  },
};

export const resumeSubscription: ApiRoute = {
  method: "POST",
  path: `${PATH}/:id/resume`,
  handle({ store, changes, serializers }, request) {
    const { expand, billing_cycle_anchor } = parseParams(resumeSchema, request.params);
    const tree = parseExpand("subscription", expand);
    if (findOrThrow(store.subscriptions, request.id).status !== "paused") {
      throw new ApiError({ status: 400, message: "You can only resume a subscription that is paused." });
    }
    changes.resume(request.id, { billing_cycle_anchor });
    return serializers.subscription(findOrThrow(store.subscriptions, request.id), tree);
  },
};

function hasItem({ store }: Account, record: SubscriptionRecord, id: string): boolean {
  return record.items.some((item) => store.ids.make("subscription_item", item.sequence) === id);
}

function refuseCanceled({ status }: SubscriptionRecord, given: readonly string[]): void {
  if (status !== "canceled" || given.every((name) => EDITABLE_WHEN_CANCELED.has(name))) return;
  throw new ApiError({
    status: 400,
    message: "A canceled subscription can only update its cancellation_details and metadata.",
  });
}
