import { ApiError } from "./errors";
import type { Page, PageParams } from "./paging";

/** One page of the few objects that belong to another one, in their own order. */
export function selectPage<R extends { id: string }>(
  all: readonly R[],
  { limit, starting_after, ending_before }: PageParams,
  createMissing: (id: string, param: string) => ApiError,
): Page<R> {
  if (starting_after !== undefined && ending_before !== undefined) {
    throw new ApiError({
      status: 400,
      code: "parameters_exclusive",
      message: "Received both starting_after and ending_before parameters. Please pass in only one.",
    });
  }
  const findPlace = (id: string, param: string) => {
    const at = all.findIndex((one) => one.id === id);
    if (at < 0) throw createMissing(id, param);
    return at;
  };
  if (ending_before !== undefined) {
    const end = findPlace(ending_before, "ending_before");
    const start = Math.max(0, end - limit);
    return { records: all.slice(start, end), hasMore: start > 0 };
  }
  const start = starting_after === undefined ? 0 : findPlace(starting_after, "starting_after") + 1;
  return { records: all.slice(start, start + limit), hasMore: start + limit < all.length };
}
