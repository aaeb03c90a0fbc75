import { z } from "zod";

// How a full run divides the list of all subscriptions (newest first) among several readers. Pure.

/** A place in the list: a subscription, its `created`, and how many were read since the place before it. */
export const mark = z.object({ id: z.string(), created: z.number(), count: z.number() });
export type Mark = z.infer<typeof mark>;

/** A piece of the list that one reader reads from its newest end to its oldest. */
export const range = z.object({
  /** Its name; unlike its position it never changes. */
  n: z.number(),
  /** Epoch seconds: it holds subscriptions created at or after `gte` and before `lt`; null: no bound. */
  gte: z.number().nullable(),
  lt: z.number().nullable(),
  /** Reading starts or goes on after this subscription; null: at the newest end. */
  after: z.string().nullable(),
  /** The last subscription of the range: the next range has the rest of the second `gte`. Null: all of that second. */
  until: z.string().nullable(),
  /** The oldest second that is known to have a subscription; not a bound. Null: not known. */
  floor: z.number().nullable(),
  /** Subscriptions that the last full run found here; null: not known. */
  expected: z.number().nullable(),
  /** Subscriptions a second in the range from which this one was cut; null: not known. */
  density: z.number().nullable(),
  seen: z.number(),
  /** `created` of the first one that was read. */
  top: z.number().nullable(),
  done: z.boolean(),
  /** Ends of pages, newest first: the next full run may cut there. Every `stride`-th page has one. */
  marks: z.array(mark),
  stride: z.number(),
  pages: z.number(),
});
export type Range = z.infer<typeof range>;

/** The order of a page, whether or not its objects could be read. */
export type PageOrder = {
  /** Newest first; `created` is null when the object does not say. */
  listed: readonly { id: string; created: number | null }[];
  hasMore: boolean;
};

const PAGE = 100;
/** When the end of the list is not known: look this many times further back than was read so far. */
const FURTHER = 8;
const EXPLORED_FROM = 2;
/** Half of a range is taken over only when at least this many pages are left; for fewer the extra request costs more. */
const WORTH_TAKING_OVER = 6;
const MOST_MARKS = 12;
const MOST_CUTS = 24;

/**
 * The ranges with which a full run begins: cut where the last one said, newest first, so that all hold about the same;
 * the whole list when nothing is known. A cut is the last subscription of its range, and the last cut the last
 * subscription of the list. Older subscriptions that turn up are read too.
 */
export function cutRanges(cuts: readonly Mark[]): Range[] {
  const ranges: Range[] = [];
  let after: Mark | null = null;
  for (const [at, cut] of cuts.entries()) {
    const known = { ...createRange(after, at), floor: cut.created, expected: cut.count };
    ranges.push(at === cuts.length - 1 ? known : { ...known, gte: cut.created, until: cut.id });
    after = cut;
  }
  return ranges.length === 0 ? [createRange(null, 0)] : ranges;
}

function createRange(cut: Mark | null, n: number): Range {
  return {
    n,
    gte: null,
    // More subscriptions of the same second may follow the cut.
    lt: cut === null ? null : cut.created + 1,
    after: cut?.id ?? null,
    until: null,
    floor: null,
    expected: null,
    density: null,
    seen: 0,
    top: null,
    done: false,
    marks: [],
    stride: 1,
    pages: 0,
  };
}

/**
 * The range that an idle reader reads next: a free one, else the older half of the largest unread rest, when that is worth
 * a request. Null: there is nothing to take. `busy`: the names of the ranges that are being read. When it cuts a range it
 * changes `ranges`, which stay in the order of the list.
 */
export function takeRange(ranges: Range[], busy: ReadonlySet<number>): Range | null {
  const free = ranges.find(({ n, done }) => !done && !busy.has(n));
  if (free) return free;
  let largest: { at: number; pages: number; middle: number } | null = null;
  for (const [at, one] of ranges.entries()) {
    const middle = one.done ? null : findMiddle(one);
    const pages = estimatePagesLeft(one);
    if (middle === null || pages < WORTH_TAKING_OVER) continue;
    if (largest === null || pages > largest.pages) largest = { at, pages, middle };
  }
  const from = largest === null ? undefined : ranges[largest.at];
  if (!from || !largest) return null;
  const half = from.expected === null ? null : Math.ceil(Math.max(0, from.expected - from.seen) / 2);
  const older: Range = {
    ...createRange(null, Math.max(...ranges.map(({ n }) => n)) + 1),
    gte: from.gte,
    lt: largest.middle,
    until: from.until,
    floor: from.floor,
    expected: half,
    density: estimateDensity(from),
  };
  from.gte = largest.middle;
  from.floor = largest.middle;
  from.until = null;
  if (from.expected !== null && half !== null) from.expected -= half;
  ranges.splice(largest.at + 1, 0, older);
  return older;
}

/** The second at which the unread rest is cut in two; null when it is not known, or the rest is too short. */
function findMiddle({ lt, floor, top, pages }: Range): number | null {
  if (lt === null) return null;
  if (floor === null) {
    // A short list is read to its end sooner than explored.
    const further = top === null || pages < EXPLORED_FROM ? 0 : lt - FURTHER * (top - lt + 2);
    return further > 0 ? further : null;
  }
  const middle = Math.floor((lt + floor) / 2);
  return middle > floor && middle < lt ? middle : null;
}

/** Subscriptions a second; null when not known. */
function estimateDensity({ seen, top, lt, density }: Range): number | null {
  if (seen === 0 || top === null || lt === null) return density;
  return seen / Math.max(1, top - lt + 1);
}

/** Pages that are probably left; 0 when not known, infinite when the end of the list is not known. */
function estimatePagesLeft(one: Range): number {
  if (one.expected !== null && one.expected > one.seen) return (one.expected - one.seen) / PAGE;
  const density = estimateDensity(one);
  if (density === null || one.lt === null) return 0;
  if (one.floor === null) return Number.POSITIVE_INFINITY;
  return (density * (one.lt - one.floor)) / PAGE;
}

/** Adds a page that began after `after` to its range; returns how many of its subscriptions belong to the range. */
export function advance(one: Range, { listed, hasMore }: PageOrder): number {
  const end = one.until === null ? -1 : listed.findIndex(({ id }) => id === one.until);
  const { gte } = one;
  const outside = gte === null ? -1 : listed.findIndex(({ created }) => created !== null && created < gte);
  const own = listed.slice(0, end >= 0 ? end + 1 : outside >= 0 ? outside : listed.length);
  const last = own.findLast(({ created }) => created !== null);
  one.seen += own.length;
  one.pages += 1;
  one.top ??= own.find(({ created }) => created !== null)?.created ?? null;
  if (last?.created != null) one.lt = last.created + 1;
  one.after = own.at(-1)?.id ?? one.after;
  one.done = one.done || !hasMore || end >= 0 || outside >= 0;
  if (last?.created != null) addMark(one, { id: last.id, created: last.created, count: own.length });
  return own.length;
}

/** Stripe no longer has the subscription after which the range would go on: read its second again, some of it twice. */
export function forgetPlace(one: Range): void {
  one.after = null;
}

function addMark(one: Range, { id, created, count }: Mark): void {
  const open = one.marks.at(-1);
  // A mark that is not complete yet grows to the end of this page.
  const grows = open !== undefined && (one.pages - 1) % one.stride !== 0;
  if (grows) one.marks[one.marks.length - 1] = { id, created, count: open.count + count };
  else one.marks.push({ id, created, count });
  if (one.marks.length <= MOST_MARKS) return;
  one.stride *= 2;
  const pairs: Mark[] = [];
  for (const [at, next] of one.marks.entries()) {
    const before = at % 2 === 1 ? pairs.pop() : undefined;
    pairs.push(before ? { ...next, count: before.count + next.count } : next);
  }
  one.marks = pairs;
}

/**
 * Where the next full run cuts: at ends of pages of this one, as evenly as possible, and at the end of the list. Seconds
 * from `settledBefore` (epoch seconds) on may still get more subscriptions and are not cut. Empty for an empty list.
 */
export function chooseCuts(ranges: readonly Range[], settledBefore: number): Mark[] {
  const marks = ranges.flatMap((one) => one.marks);
  const total = marks.reduce((sum, { count }) => sum + count, 0);
  const each = Math.max(total / MOST_CUTS, WORTH_TAKING_OVER * PAGE * 0.5);
  const cuts: Mark[] = [];
  let count = 0;
  for (const [at, one] of marks.entries()) {
    count += one.count;
    const isLast = at === marks.length - 1;
    if (!isLast && (count < each * 0.999 || one.created >= settledBefore)) continue;
    cuts.push({ id: one.id, created: one.created, count });
    count = 0;
  }
  return cuts;
}
