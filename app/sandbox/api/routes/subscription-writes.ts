import { z } from "zod";
import type { Account } from "../../account/account";
import type { SubscriptionRecord } from "../../store/records";
import { ApiError, createMissingError } from "../errors";
import { parseExpand } from "../expand";
import { expandable, ignored, parseParams } from "../params";
import { type ApiRoute, findOrThrow } from "../route";
import { createSchema, updateSchema } from "./subscription-params";

const PATH = "/v1/subscriptions";
const DAY = 86_400;
const EDITABLE_WHEN_CANCELED = new Set(["cancellation_details", "expand", "metadata"]);

const cancelSchema = z.strictObject({
  ...expandable,
  cancellation_details: ignored,
  invoice_now: ignored,
  prorate: ignored,
});

const resumeSchema = z.strictObject({
  ...expandable,
  billing_cycle_anchor: ignored,
  payment_behavior: ignored,
  proration_behavior: ignored,
});

/** Creates a subscription that is paid at once, unless it has a trial or `payment_behavior` is `default_incomplete`. */
export const createSubscription: ApiRoute = {
  method: "POST",
  path: PATH,
  handle(account, request) {
    const {
      expand,
      metadata,
      trial_period_days,
      trial_end,
      backdate_start_date,
      payment_behavior,
      ...params
    } = parseParams(createSchema, request.params);
    const tree = parseExpand("subscription", expand);
    const { store, clock, subscriptions, serializers } = account;
    if (findOrThrow(store.customers, params.customer, "customer").deleted) {
      throw createMissingError("customer", params.customer, "customer");
    }
    params.items.forEach((item, i) => {
      findOrThrow(store.prices, item.price, `items[${i}][price]`);
    });
    const trialEnd =
      trial_period_days === undefined
        ? toTrialEnd(account, trial_end)
        : clock.now() + trial_period_days * DAY;
    const { id } = subscriptions.create({
      ...params,
      ...(metadata ? { metadata } : {}),
      ...(trialEnd === undefined ? {} : { trial_end: trialEnd }),
      ...(backdate_start_date === undefined ? {} : { start_date: backdate_start_date }),
      ...(payment_behavior === "default_incomplete" && trialEnd === undefined
        ? { status: "incomplete" }
        : {}),
    });
    return serializers.subscription(findOrThrow(store.subscriptions, id), tree);
  },
};

export const updateSubscription: ApiRoute = {
  method: "POST",
  path: `${PATH}/:id`,
  handle(account, request) {
    const { expand, trial_end, items, billing_cycle_anchor, ...params } = parseParams(
      updateSchema,
      request.params,
    );
    const tree = parseExpand("subscription", expand);
    const { store, subscriptions, serializers } = account;
    const before = findOrThrow(store.subscriptions, request.id);
    refuseCanceled(before, Object.keys(request.params));
    (items ?? []).forEach((item, i) => {
      if (item.price !== undefined) findOrThrow(store.prices, item.price, `items[${i}][price]`);
      if (item.id !== undefined && !hasItem(account, before, item.id)) {
        throw createMissingError("subscription_item", item.id, `items[${i}][id]`);
      }
    });
    const trialEnd = toTrialEnd(account, trial_end);
    subscriptions.update(request.id, {
      ...params,
      ...(items ? { items } : {}),
      ...(trialEnd === undefined ? {} : { trial_end: trialEnd }),
      ...(billing_cycle_anchor === "now" ? { billing_cycle_anchor: account.clock.now() } : {}),
      ...(trial_end === "now" && before.status === "trialing" ? { status: "active" } : {}),
    });
    return serializers.subscription(findOrThrow(store.subscriptions, request.id), tree);
  },
};

/** Cancels a subscription now. A canceled one gets 404, as at Stripe. */
export const cancelSubscription: ApiRoute = {
  method: "DELETE",
  path: `${PATH}/:id`,
  handle({ store, subscriptions, serializers }, request) {
    const { expand } = parseParams(cancelSchema, request.params);
    const tree = parseExpand("subscription", expand);
    if (findOrThrow(store.subscriptions, request.id).status === "canceled") {
      throw createMissingError("subscription", request.id);
    }
    subscriptions.cancel(request.id);
    return serializers.subscription(findOrThrow(store.subscriptions, request.id), tree);
  },
};

export const resumeSubscription: ApiRoute = {
  method: "POST",
  path: `${PATH}/:id/resume`,
  handle({ store, subscriptions, serializers }, request) {
    const { expand } = parseParams(resumeSchema, request.params);
    const tree = parseExpand("subscription", expand);
    if (findOrThrow(store.subscriptions, request.id).status !== "paused") {
      throw new ApiError({ status: 400, message: "You can only resume a subscription that is paused." });
    }
    subscriptions.setStatus(request.id, "active");
    return serializers.subscription(findOrThrow(store.subscriptions, request.id), tree);
  },
};

function toTrialEnd({ clock }: Account, given: number | "now" | undefined): number | undefined {
  return given === "now" ? clock.now() : given;
}

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
