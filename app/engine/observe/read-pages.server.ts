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
  /** Why reading stopped before the end; null when it did not, or for want of time. */
  failure(): StripeFailure | null;
  /** Asks for no more pages. */
  stop(): void;
};

export type PageReaderOptions = {
  stripe: Pick<StripeReader, "listSubscriptions">;
  /** Where reading begins; changed while it goes on. */
  ranges: Range[];
  how: RequestOptions;
  /** False: ask for no more pages, the time is up. A first one is asked for all the same, or nothing would go on. */
  hasTime: () => boolean;
};

/** Requests in flight: enough for the endpoint's limit to decide at 240 ms an answer, few enough to leave room. */
const READERS = 6;
/** More pages than this are not kept waiting for the database. */
const MOST_WAITING = 2 * READERS;
/** While more is coming, pages are handed over together and at most so often: a commit costs as much as a page. Milliseconds. */
const HANDED_OVER_EVERY_MS = 200;

/**
 * Reads the ranges of the list with a few requests in flight. A range has one reader at a time; an idle one takes over
 * the older half of the largest rest. What has arrived and how far the ranges are always belong together, so that a
 * cursor never counts a page that was not committed.
 */
export function createPageReader({ stripe, ranges, how, hasTime }: PageReaderOptions): PageReader {
  const busy = new Set<number>();
  let waiting: ArrivedPage[] = [];
  let failure: StripeFailure | null = null;
  let broken: { error: unknown } | null = null;
  let isStopped = false;
  let asked = 0;
  let handedOverAt = Number.NEGATIVE_INFINITY;
  let wake: () => void = () => {};

  const mayAsk = () => !isStopped && failure === null && broken === null && (asked === 0 || hasTime());

  function fill(): void {
    while (mayAsk() && busy.size < READERS && waiting.length < MOST_WAITING) {
      const range = takeRange(ranges, busy);
      if (range === null) return;
      busy.add(range.n);
      asked += 1;
      void readPage(range)
        .catch((error: unknown) => {
          broken ??= { error };
        })
        .finally(() => {
          busy.delete(range.n);
          fill();
          wake();
        });
    }
  }

  async function readPage(range: Range): Promise<void> {
    const page = await ask(range);
    if (page.ok) {
      waiting.push({ page, own: advance(range, page.value) });
      return;
    }
    // What a range was to go on behind is not there any more: its second is read again, and nothing left out.
    if (page.failure.reason === "not_found" && range.after !== null) forgetPlace(range);
    else failure ??= page.failure;
  }

  function ask({ after, gte, lt }: Range): Promise<Read<SubscriptionsPage>> {
    const created = { ...(gte !== null && { gte }), ...(lt !== null && { lt }) };
    return stripe.listSubscriptions(
      {
        ...(after !== null && { startingAfter: after }),
        ...((gte !== null || lt !== null) && { created }),
      },
      how,
    );
  }

  const msToNext = () => handedOverAt + HANDED_OVER_EVERY_MS - performance.now();
  const isWorthHandingOver = () =>
    waiting.length >= READERS || (waiting.length > 0 && (msToNext() <= 0 || broken !== null));

  /** Resolves when something has arrived or failed, or it is time to hand over what has. */
  function more(): Promise<void> {
    return new Promise((resolve) => {
      const timer = waiting.length > 0 ? setTimeout(resolve, Math.max(1, msToNext())) : undefined;
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
      fill();
      while (busy.size > 0 && !isWorthHandingOver()) await more();
      if (broken) throw broken.error;
      if (waiting.length === 0) return null;
      handedOverAt = performance.now();
      const arrived = { pages: waiting, ranges: structuredClone(ranges) };
      waiting = [];
      fill();
      return arrived;
    },
  };
}
