import { z } from "zod";
import type { Account } from "../../../account/account";
import type { ItemRecord, SubscriptionRecord } from "../../../store/records";
import { createMissingError } from "../../errors";
import { parseExpand } from "../../expand";
import { choice, expandable, integer, metadata, newMetadata, only, parseParams, text } from "../../params";
import { type ApiRoute, findOrThrow } from "../../route";
import { PRORATION_BEHAVIORS } from "../subscription-params";

const PATH = "/v1/subscription_items";

const billing = {
  payment_behavior: choice(["allow_incomplete", "default_incomplete", "error_if_incomplete"]).optional(),
  proration_behavior: choice(PRORATION_BEHAVIORS).optional(),
  proration_date: integer().optional(),
};

const createSchema = z.strictObject({
  ...expandable,
  ...billing,
  subscription: text,
  price: text,
  quantity: integer({ min: 0 }).optional(),
  metadata: newMetadata.optional(),
});

const updateSchema = z.strictObject({
  ...expandable,
  ...billing,
  price: text.optional(),
  quantity: integer({ min: 0 }).optional(),
  metadata: metadata.optional(),
});

const deleteSchema = z.strictObject({
  clear_usage: only("false"),
  proration_behavior: choice(PRORATION_BEHAVIORS).optional(),
  proration_date: integer().optional(),
});

export const retrieveSubscriptionItem: ApiRoute = {
  method: "GET",
  path: `${PATH}/:id`,
  handle(account, request) {
    const { expand } = parseParams(z.strictObject(expandable), request.params);
    return writeItem(account, request.id, expand);
  },
};

/** Adds an item to a subscription. */
export const createSubscriptionItem: ApiRoute = {
  method: "POST",
  path: PATH,
  handle(account, request) {
    const {
      expand,
      subscription,
      price,
      quantity,
      metadata: given,
      ...how
    } = parseParams(createSchema, request.params);
    const { store, changes } = account;
    findOrThrow(store.subscriptions, subscription, "subscription");
    findOrThrow(store.prices, price, "price");
    changes.change(subscription, { ...how, items: [{ price, quantity, metadata: given }] });
    const added = findOrThrow(store.subscriptions, subscription).items.at(-1);
    return writeItem(account, store.ids.make("subscription_item", added?.sequence ?? 0), expand);
  },
};

export const updateSubscriptionItem: ApiRoute = {
  method: "POST",
  path: `${PATH}/:id`,
  handle(account, request) {
    const { expand, price, quantity, metadata: given, ...how } = parseParams(updateSchema, request.params);
    const { store, changes } = account;
    const { subscription, item } = findItem(account, request.id);
    if (price !== undefined) findOrThrow(store.prices, price, "price");
    changes.change(store.subscriptions.getId(subscription.sequence), {
      ...how,
      items: [{ id: request.id, price, quantity, metadata: given === "" ? clear(item) : given }],
    });
    return writeItem(account, request.id, expand);
  },
};

export const deleteSubscriptionItem: ApiRoute = {
  method: "DELETE",
  path: `${PATH}/:id`,
  handle(account, request) {
    const { clear_usage: _, ...how } = parseParams(deleteSchema, request.params);
    const { store, changes } = account;
    const { subscription } = findItem(account, request.id);
    changes.change(store.subscriptions.getId(subscription.sequence), {
      ...how,
      items: [{ id: request.id, deleted: true }],
    });
    return JSON.stringify({ id: request.id, object: "subscription_item", deleted: true });
  },
};

/** An item has no index of its own: it is looked for in all subscriptions. */
function findItem({ store }: Account, id: string): { subscription: SubscriptionRecord; item: ItemRecord } {
  const sequence = store.ids.decode("subscription_item", id);
  if (sequence !== undefined) {
    for (const subscription of store.subscriptions.all()) {
      const item = subscription.items.find((one) => one.sequence === sequence);
      if (item) return { subscription, item };
    }
  }
  throw createMissingError("subscription_item", id);
}

function writeItem(account: Account, id: string, expand: readonly string[] | undefined): string {
  const tree = parseExpand("subscription_item", expand);
  return account.serializers.subscriptionItem(findItem(account, id), tree);
}

/** Every key with an empty value, which deletes it. */
function clear({ metadata: present }: ItemRecord): Record<string, string> {
  return Object.fromEntries(Object.keys(present).map((key) => [key, ""]));
}
