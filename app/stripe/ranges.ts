import { z } from "zod";

// How a full pass divides the list of all subscriptions, which is newest first, among several readers. Pure.

/** A place in the list: a subscription, its `created`, and how many were read from the place before to this one. */
export const mark = z.object({ id: z.string(), created: z.number(), count: z.number() });
export type Mark = z.infer<typeof mark>;

/** A piece of the list that one reader reads from its newest end to its oldest. */
export const range = z.object({
  /** Its name: others come and go beside it. */
  n: z.number(),
  /** Epoch seconds: it holds what was created from `gte`, before `lt`; null: no bound. */
  gte: z.number().nullable(),
  lt: z.number().nullable(),
  /** Begins behind this subscription, or goes on behind it; null: at its newest end. */
  after: z.string().nullable(),
  /** Ends with this subscription: the second of `gte` goes on in the next range. Null: at the end of `gte`. */
  until: z.string().nullable(),
  /** The oldest second in which something is known to be; not a bound. Null: not known. */
  floor: z.number().nullable(),
  /** Subscriptions that the last pass found here; null: not known. */
  expected: z.number().nullable(),
  /** Subscriptions a second, as seen where this range was cut from; null: not known. */
  density: z.number().nullable(),
  seen: z.number(),
  /** `created` of the first one that was read. */
  top: z.number().nullable(),
  done: z.boolean(),
  /** Ends of pages, newest first: where the next pass may cut. Every `stride`-th page has one. */
  marks: z.array(mark),
  stride: z.number(),
  pages: z.number(),
});
export type Range = z.infer<typeof range>;

/** What a page of the list says about the order, whether or not its objects could be read. */
export type PageOrder = {
  /** Newest first; `created` null where the object does not tell. */
  listed: readonly { id: string; created: number | null }[];
  hasMore: boolean;
};

const PAGE = 100;
/** Where nobody knows how far back a list goes: look so many times further than was read so far. */
const FURTHER = 8;
const EXPLORED_FROM = 2;
/** Half of a range is worth taking over from this many pages on; below, the request that looks is the dearer part. */
const WORTH_TAKING_OVER = 6;
const MOST_MARKS = 12;
const MOST_CUTS = 24;

/**
 * The ranges that a pass begins with: cut where the last pass said, newest first, so that each holds as much as the
 * others; the whole list when nothing is known. A cut names the last subscription of its range, the last cut the last
 * of the list: what is older all the same is read too.
 */
export function cutAt(cuts: readonly Mark[]): Range[] {
  const ranges: Range[] = [];
  let after: Mark | null = null;
  for (const [at, cut] of cuts.entries()) {
    const known = { ...behind(after, at), floor: cut.created, expected: cut.count };
    ranges.push(at === cuts.length - 1 ? known : { ...known, gte: cut.created, until: cut.id });
    after = cut;
  }
  return ranges.length === 0 ? [behind(null, 0)] : ranges;
}

function behind(cut: Mark | null, n: number): Range {
  return {
    n,
    gte: null,
    // The second of the cut may go on behind it.
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
 * The range that an idle reader reads next: one that nobody reads, else the older half of the largest unread rest, when
 * that is worth a request. Null: there is nothing to help with. `busy`: the names of those that are being read. Changes
 * `ranges` where it cuts; they stay in the order of the list.
 */
export function nextRange(ranges: Range[], busy: ReadonlySet<number>): Range | null {
  const free = ranges.find(({ n, done }) => !done && !busy.has(n));
  if (free) return free;
  let largest: { at: number; pages: number; middle: number } | null = null;
  for (const [at, one] of ranges.entries()) {
    const middle = one.done ? null : middleOf(one);
    const pages = pagesLeft(one);
    if (middle === null || pages < WORTH_TAKING_OVER) continue;
    if (largest === null || pages > largest.pages) largest = { at, pages, middle };
  }
  const from = largest === null ? undefined : ranges[largest.at];
  if (!from || !largest) return null;
  const half = from.expected === null ? null : Math.ceil(Math.max(0, from.expected - from.seen) / 2);
  const older: Range = {
    ...behind(null, Math.max(...ranges.map(({ n }) => n)) + 1),
    gte: from.gte,
    lt: largest.middle,
    until: from.until,
    floor: from.floor,
    expected: half,
    density: densityOf(from),
  };
  from.gte = largest.middle;
  from.floor = largest.middle;
  from.until = null;
  if (from.expected !== null && half !== null) from.expected -= half;
  ranges.splice(largest.at + 1, 0, older);
  return older;
}

/** The second at which the unread rest is cut in two; null when it cannot be told, or is too short to be cut. */
function middleOf({ lt, floor, top, pages }: Range): number | null {
  if (lt === null) return null;
  if (floor === null) {
    // Short lists are read to their end sooner than explored.
    const further = top === null || pages < EXPLORED_FROM ? 0 : lt - FURTHER * (top - lt + 2);
    return further > 0 ? further : null;
  }
  const middle = Math.floor((lt + floor) / 2);
  return middle > floor && middle < lt ? middle : null;
}

/** Subscriptions a second; null when nothing tells. */
function densityOf({ seen, top, lt, density }: Range): number | null {
  if (seen === 0 || top === null || lt === null) return density;
  return seen / Math.max(1, top - lt + 1);
}

/** Pages that are probably left; 0 when nothing tells, and no end of them where nobody knows where the list ends. */
function pagesLeft(one: Range): number {
  if (one.expected !== null && one.expected > one.seen) return (one.expected - one.seen) / PAGE;
  const density = densityOf(one);
  if (density === null || one.lt === null) return 0;
  if (one.floor === null) return Number.POSITIVE_INFINITY;
  return (density * (one.lt - one.floor)) / PAGE;
}

/** Takes in a page of a range that began behind `after`; returns how many of its subscriptions are the range's. */
export function advance(one: Range, { listed, hasMore }: PageOrder): number {
  const end = one.until === null ? -1 : listed.findIndex(({ id }) => id === one.until);
  const { gte } = one;
  const beyond = gte === null ? -1 : listed.findIndex(({ created }) => created !== null && created < gte);
  const own = listed.slice(0, end >= 0 ? end + 1 : beyond >= 0 ? beyond : listed.length);
  const last = own.findLast(({ created }) => created !== null);
  one.seen += own.length;
  one.pages += 1;
  one.top ??= own.find(({ created }) => created !== null)?.created ?? null;
  if (last?.created != null) one.lt = last.created + 1;
  one.after = own.at(-1)?.id ?? one.after;
  one.done = one.done || !hasMore || end >= 0 || beyond >= 0;
  if (last?.created != null) addMark(one, { id: last.id, created: last.created, count: own.length });
  return own.length;
}

/** Stripe does not have the subscription that a range was to go on behind: then from its second on, some of it twice. */
export function forgetPlace(one: Range): void {
  one.after = null;
}

function addMark(one: Range, { id, created, count }: Mark): void {
  const open = one.marks.at(-1);
  // A mark that is not full yet grows to the end of this page.
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
 * Where the next pass cuts: at ends of pages of this one, as evenly as they allow, and last the end of the list. What is
 * younger than `settledBefore` (epoch seconds) may still get company in its second, and is left whole. Empty for an
 * empty list.
 */
export function cutsOf(ranges: readonly Range[], settledBefore: number): Mark[] {
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
