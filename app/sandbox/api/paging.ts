import { findPosition } from "~/sandbox/large/ordered-index";
import { toListJson } from "../json";
import type { Collection } from "../store/collection";
import type { Stored } from "../store/records";
import { ApiError, createMissingError } from "./errors";
import type { Range } from "./params";

export interface PageParams {
  limit: number;
  starting_after?: string;
  ending_before?: string;
}

export interface PageQuery<R extends Stored> {
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
 * One page in Stripe's order: newest first, with the last created first among equal times. A cursor need not match the
 * filters. `has_more` refers to the direction of paging.
 */
export function findPage<R extends Stored>({
  collection,
  ascending,
  params,
  created,
  matches,
}: PageQuery<R>): Page<R> {
  const { limit, starting_after, ending_before } = params;
  if (starting_after !== undefined && ending_before !== undefined) {
    throw new ApiError({
      status: 400,
      code: "parameters_exclusive",
      message: "Received both starting_after and ending_before parameters. Please pass in only one.",
      param: "starting_after",
    });
  }
  const getCreated = (sequence: number) => collection.get(sequence).created;
  const findPlace = (at: number, sequence: number) => findPosition(ascending, getCreated, at, sequence);
  let low = created && created.from > -Infinity ? findPlace(created.from, -1) : 0;
  let high = created && created.to < Infinity ? findPlace(created.to + 1, -1) : ascending.length;
  const found: R[] = [];
  const takeIfMatching = (i: number) => {
    const record = collection.get(ascending[i] ?? 0);
    if (!matches || matches(record)) found.push(record);
  };
  if (ending_before !== undefined) {
    const cursor = getCursorRecord(collection, ending_before, "ending_before");
    low = Math.max(low, findPlace(cursor.created, cursor.sequence + 1));
    for (let i = low; i < high && found.length <= limit; i++) takeIfMatching(i);
    return { records: found.slice(0, limit).reverse(), hasMore: found.length > limit };
  }
  if (starting_after !== undefined) {
    const cursor = getCursorRecord(collection, starting_after, "starting_after");
    high = Math.min(high, findPlace(cursor.created, cursor.sequence));
  }
  for (let i = high - 1; i >= low && found.length <= limit; i--) takeIfMatching(i);
  return { records: found.slice(0, limit), hasMore: found.length > limit };
}

/** The JSON text of a page. */
export function serializePage<R>(page: Page<R>, url: string, write: (record: R) => string): string {
  return toListJson(page.records.map(write), page.hasMore, url);
}

function getCursorRecord<R extends Stored>(
  collection: Collection<R>,
  id: string,
  param: "ending_before" | "starting_after",
): R {
  const record = collection.find(id);
  if (!record) throw createMissingError(collection.kind, id, param);
  return record;
}
