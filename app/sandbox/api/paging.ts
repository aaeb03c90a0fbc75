import { listText } from "../objects/template";
import type { Collection } from "../store/collection";
import { positionIn } from "../store/ordered-index";
import type { Stored } from "../store/records";
import { ApiError, resourceMissing } from "./errors";
import type { Range } from "./params";

export interface PageParams {
  limit: number;
  starting_after?: string;
  ending_before?: string;
}

export interface PageOf<R extends Stored> {
  collection: Collection<R>;
  /** Sequence numbers to page through, oldest first. */
  ascending: readonly number[];
  params: PageParams;
  created?: Range;
  matches?: (record: R) => boolean;
}

export interface Page<R> {
  /** Newest first. */
  records: R[];
  hasMore: boolean;
}

/**
 * One page in Stripe's order: newest first, among equals the one made last. A cursor need not match the filters: it
 * is a place in the order. `has_more` looks in the direction of travel.
 */
export function pageOf<R extends Stored>({
  collection,
  ascending,
  params,
  created,
  matches,
}: PageOf<R>): Page<R> {
  const { limit, starting_after, ending_before } = params;
  if (starting_after !== undefined && ending_before !== undefined) {
    throw new ApiError({
      status: 400,
      code: "parameters_exclusive",
      message: "Received both starting_after and ending_before parameters. Please pass in only one.",
      param: "starting_after",
    });
  }
  const createdOf = (sequence: number) => collection.get(sequence).created;
  const place = (at: number, sequence: number) => positionIn(ascending, createdOf, at, sequence);
  let low = created && created.from > -Infinity ? place(created.from, -1) : 0;
  let high = created && created.to < Infinity ? place(created.to + 1, -1) : ascending.length;
  const found: R[] = [];
  const take = (i: number) => {
    const record = collection.get(ascending[i] ?? 0);
    if (!matches || matches(record)) found.push(record);
  };
  if (ending_before !== undefined) {
    const cursor = cursorOf(collection, ending_before, "ending_before");
    low = Math.max(low, place(cursor.created, cursor.sequence + 1));
    for (let i = low; i < high && found.length <= limit; i++) take(i);
    return { records: found.slice(0, limit).reverse(), hasMore: found.length > limit };
  }
  if (starting_after !== undefined) {
    const cursor = cursorOf(collection, starting_after, "starting_after");
    high = Math.min(high, place(cursor.created, cursor.sequence));
  }
  for (let i = high - 1; i >= low && found.length <= limit; i--) take(i);
  return { records: found.slice(0, limit), hasMore: found.length > limit };
}

/** The answer for a page. */
export function pageText<R>(page: Page<R>, url: string, write: (record: R) => string): string {
  return listText(page.records.map(write), page.hasMore, url);
}

function cursorOf<R extends Stored>(
  collection: Collection<R>,
  id: string,
  param: "ending_before" | "starting_after",
): R {
  const record = collection.find(id);
  if (!record) throw resourceMissing(collection.kind, id, param);
  return record;
}
