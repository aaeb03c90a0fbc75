import type { StripeFailure } from "~/stripe/failure.server";
import type { SubscriptionsPage } from "~/stripe/pages.server";
import { advance, forgetPlace, type Range, takeRange } from "~/stripe/ranges";
import type { Answer, Read, RequestOptions, StripeReader } from "~/stripe/reader.server";

/** A page that has arrived, and how many of its subscriptions are its range's: pages of two ranges may overlap. */
export type ArrivedPage = { page: Answer<SubscriptionsPage>; own: number };

/** What has arrived, and how far it has brought the ranges: to be committed together. */
export type Arrived = { pages: ArrivedPage[]; ranges: Range[] };

export type PageReader = {
  /** What has arrived since the last time; waits for it. Null when nothing more will come. */
  next(): Promise<Arrived | null>;
  /** Why reading stopped before the end; null when it did not stop, or stopped because the time was up. */
  failure(): StripeFailure | null;
  /** Asks for no more pages. */
  stop(): void;
};

export type PageReaderOptions = {
  stripe: Pick<StripeReader, "listSubscriptions">;
  /** Where reading begins; changed while it goes on. */
  ranges: Range[];
  requestOptions: RequestOptions;
  /** False: the time is up, request no more pages. The first page is requested all the same, so that each step makes progress. */
  hasTime: () => boolean;
};

/** Requests in flight: enough for the endpoint's limit to decide at 240 ms an answer, few enough to leave room. */
const READERS = 6;
/** No more pages than this wait for the database. */
const MOST_WAITING = 2 * READERS;
/** While more pages are coming, pages are handed over together, at most this often: a commit costs as much as a page. Milliseconds. */
const HANDED_OVER_EVERY_MS = 200;

/**
 * Reads the ranges of the list with a few requests in flight. A range has one reader at a time; an idle reader takes
 * over the older half of the largest range that is left. Pages and the progress of the ranges are handed over together, so
 * that a cursor never counts a page that was not committed.
 */
export function createPageReader({ stripe, ranges, requestOptions, hasTime }: PageReaderOptions): PageReader {
  const busy = new Set<number>();
  let waiting: ArrivedPage[] = [];
  let failure: StripeFailure | null = null;
  let crash: { error: unknown } | null = null;
  let isStopped = false;
  let requested = 0;
  let handedOverAt = Number.NEGATIVE_INFINITY;
  let wake: () => void = () => {};

  const mayRequest = () => !isStopped && failure === null && crash === null && (requested === 0 || hasTime());

  function startReaders(): void {
    while (mayRequest() && busy.size < READERS && waiting.length < MOST_WAITING) {
      const range = takeRange(ranges, busy);
      if (range === null) return;
      busy.add(range.n);
      requested += 1;
      void readPage(range)
        .catch((error: unknown) => {
          crash ??= { error };
        })
        .finally(() => {
          busy.delete(range.n);
          startReaders();
          wake();
        });
    }
  }

  async function readPage(range: Range): Promise<void> {
    const page = await requestPage(range);
    if (page.ok) {
      waiting.push({ page, own: advance(range, page.value) });
      return;
    }
    // The subscription to start after was deleted: the range reads its last second again, so that it leaves nothing out.
    if (page.failure.reason === "not_found" && range.after !== null) forgetPlace(range);
    else failure ??= page.failure;
  }

  function requestPage({ after, gte, lt }: Range): Promise<Read<SubscriptionsPage>> {
    const created = { ...(gte !== null && { gte }), ...(lt !== null && { lt }) };
    return stripe.listSubscriptions(
      {
        ...(after !== null && { startingAfter: after }),
        ...((gte !== null || lt !== null) && { created }),
      },
      requestOptions,
    );
  }

  const computeMsToNext = () => handedOverAt + HANDED_OVER_EVERY_MS - performance.now();
  const isWorthHandingOver = () =>
    waiting.length >= READERS || (waiting.length > 0 && (computeMsToNext() <= 0 || crash !== null));

  /** Resolves when something has arrived or failed, or it is time to hand over what has. */
  function waitForMore(): Promise<void> {
    return new Promise((resolve) => {
      const timer = waiting.length > 0 ? setTimeout(resolve, Math.max(1, computeMsToNext())) : undefined;
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    failure: () => failure,
    stop() {
      isStopped = true;
    },
    async next() {
      startReaders();
      while (busy.size > 0 && !isWorthHandingOver()) await waitForMore();
      if (crash) throw crash.error;
      if (waiting.length === 0) return null;
      handedOverAt = performance.now();
      const arrived = { pages: waiting, ranges: structuredClone(ranges) };
      waiting = [];
      startReaders();
      return arrived;
    },
  };
}
