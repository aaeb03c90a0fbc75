import { z } from "zod";
import { toListJson } from "../../../json";
import { ApiError, createMissingError } from "../../errors";
import { parseExpand } from "../../expand";
import { listParams, parseParams, text } from "../../params";
import { type ApiRoute, findOrThrow } from "../../route";

const PATH = "/v1/subscription_items";

const listSchema = z.strictObject({ ...listParams, subscription: text });

/** The items of one subscription, in the same order as in the subscription. */
export const listSubscriptionItems: ApiRoute = {
  method: "GET",
  path: PATH,
  handle({ store, serializers }, request) {
    const { limit, starting_after, ending_before, subscription, expand } = parseParams(
      listSchema,
      request.params,
    );
    if (starting_after !== undefined && ending_before !== undefined) {
      throw new ApiError({
        status: 400,
        code: "parameters_exclusive",
        message: "Received both starting_after and ending_before parameters. Please pass in only one.",
      });
    }
    const record = findOrThrow(store.subscriptions, subscription, "subscription");
    const inner = parseExpand("subscription_item_list", expand)?.get("data");
    const findPlace = (id: string, param: string) => {
      const at = record.items.findIndex((item) => store.ids.make("subscription_item", item.sequence) === id);
      if (at < 0) throw createMissingError("subscription_item", id, param);
      return at;
    };
    const end = ending_before === undefined ? undefined : findPlace(ending_before, "ending_before");
    const start =
      end === undefined
        ? starting_after === undefined
          ? 0
          : findPlace(starting_after, "starting_after") + 1
        : Math.max(0, end - limit);
    const page = record.items.slice(start, end ?? start + limit);
    const hasMore = end === undefined ? start + limit < record.items.length : start > 0;
    return toListJson(
      page.map((item) => serializers.subscriptionItem({ subscription: record, item }, inner)),
      hasMore,
      PATH,
    );
  },
};
