import { z } from "zod";
import type { Account } from "../../../account/account";
import type { PortalFlow, SubscriptionRecord } from "../../../store/records";
import { ApiError, createMissingError, createUnsupportedError } from "../../errors";
import { choice, integer, list, text, webAddress } from "../../params";
import { findOrThrow } from "../../route";

/** `flow_data` of a portal session: the one thing that its page is for. */
export const flowSchema = z.strictObject({
  type: choice([
    "customer_update",
    "payment_method_update",
    "subscription_cancel",
    "subscription_pause",
    "subscription_update",
    "subscription_update_confirm",
  ]),
  after_completion: z
    .strictObject({
      type: choice(["hosted_confirmation", "portal_homepage", "redirect"]),
      redirect: z.strictObject({ return_url: webAddress }).optional(),
    })
    .optional(),
  subscription_cancel: z.strictObject({ subscription: text }).optional(),
  subscription_update_confirm: z
    .strictObject({
      subscription: text,
      items: list(
        z.strictObject({
          id: text,
          price: text.optional(),
          quantity: integer({ min: 0 }).optional(),
        }),
      ),
    })
    .optional(),
});

/** The flow of a new session. Throws Stripe's error for one that cannot be, and a 501 for the others. */
export function toFlow(account: Account, customer: string, given: z.output<typeof flowSchema>): PortalFlow {
  const { type, after_completion: after } = given;
  if (after?.type === "hosted_confirmation") {
    throw createUnsupportedError("flow_data[after_completion][type]=hosted_confirmation");
  }
  const redirectUrl = after?.redirect?.return_url ?? null;
  if (type === "subscription_cancel") {
    const id = requireField(given.subscription_cancel, type).subscription;
    const record = findOwn(account, customer, { id, param: "flow_data[subscription_cancel][subscription]" });
    if (record.rare.cancel_at !== null || record.rare.cancel_at_period_end) {
      throw new ApiError({
        status: 400,
        message: `The subscription \`${id}\` is already set to be canceled at period end.`,
        param: "flow_data[subscription_cancel][subscription]",
      });
    }
    return { type, subscription: record.sequence, items: [], redirectUrl, done: false };
  }
  if (type === "subscription_update_confirm") {
    const { subscription: id, items } = requireField(given.subscription_update_confirm, type);
    const param = "flow_data[subscription_update_confirm]";
    const record = findOwn(account, customer, { id, param: `${param}[subscription]` });
    const changes = items.map((item, i) =>
      toChange(account, record, { ...item, param: `${param}[items][${i}]` }),
    );
    return { type, subscription: record.sequence, items: changes, redirectUrl, done: false };
  }
  throw createUnsupportedError(`flow_data[type]=${type}`, "flow_data[type]");
}

function requireField<T>(value: T | undefined, type: string): T {
  if (value !== undefined) return value;
  const param = `flow_data[${type}]`;
  throw new ApiError({
    status: 400,
    code: "parameter_missing",
    message: `Missing required param: ${param}.`,
    param,
  });
}

function findOwn(
  { store }: Account,
  customer: string,
  { id, param }: { id: string; param: string },
): SubscriptionRecord {
  const record = findOrThrow(store.subscriptions, id, param);
  if (store.customers.getId(record.customer) !== customer || record.status === "canceled") {
    throw createMissingError("subscription", id, param);
  }
  return record;
}

function toChange(
  { store }: Account,
  { items }: SubscriptionRecord,
  { id, price, quantity, param }: { id: string; price?: string; quantity?: number; param: string },
): PortalFlow["items"][number] {
  const item = items.find(({ sequence }) => store.ids.make("subscription_item", sequence) === id);
  if (!item) throw createMissingError("subscription_item", id, `${param}[id]`);
  if (price !== undefined) findOrThrow(store.prices, price, `${param}[price]`);
  return { id, price: price ?? store.prices.getId(item.price), quantity: quantity ?? null };
}
