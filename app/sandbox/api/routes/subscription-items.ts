import { z } from "zod";
import { listText } from "../../objects/template";
import { ApiError, resourceMissing } from "../errors";
import { expandTree } from "../expand";
import { listParams, parseParams, text } from "../params";
import { type ApiRoute, found } from "../route";

const PATH = "/v1/subscription_items";

const listSchema = z.strictObject({ ...listParams, subscription: text });

/** The items of one subscription, in the order in which the subscription shows its first ten. */
export const listSubscriptionItems: ApiRoute = {
  method: "GET",
  path: PATH,
  handle({ store, writers }, request) {
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
    const record = found(store.subscriptions, subscription, "subscription");
    const inner = expandTree("subscription_item_list", expand)?.get("data");
    const place = (id: string, param: string) => {
      const at = record.items.findIndex((item) => store.ids.make("subscription_item", item.sequence) === id);
      if (at < 0) throw resourceMissing("subscription_item", id, param);
      return at;
    };
    const end = ending_before === undefined ? undefined : place(ending_before, "ending_before");
    const start =
      end === undefined
        ? starting_after === undefined
          ? 0
          : place(starting_after, "starting_after") + 1
        : Math.max(0, end - limit);
    const page = record.items.slice(start, end ?? start + limit);
    const hasMore = end === undefined ? start + limit < record.items.length : start > 0;
    return listText(
      page.map((item) => writers.subscriptionItem({ subscription: record, item }, inner)),
      hasMore,
      PATH,
    );
  },
};
