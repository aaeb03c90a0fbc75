import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  advance,
  chooseCuts,
  cutRanges,
  forgetPlace,
  type Mark,
  type PageOrder,
  type Range,
  takeRange,
} from "./ranges";

type Listed = { id: string; created: number };

const NOW = 1_790_000_000;
const READERS = 6;

/** Stripe's list: newest first; in the same second the one created last comes first. */
class List {
  constructor(readonly all: Listed[]) {}

  static of(ages: readonly number[]): List {
    const made = ages.map((age, n) => ({ id: `sub_${n}`, created: NOW - age, n }));
    made.sort((a, b) => b.created - a.created || b.n - a.n);
    return new List(made.map(({ id, created }) => ({ id, created })));
  }

  /** Null: the list does not have the id after which to go on. */
  page({ after, gte, lt }: Range): PageOrder | null {
    const place = after === null ? -1 : this.all.findIndex(({ id }) => id === after);
    if (after !== null && place < 0) return null;
    const matching = this.all
      .slice(place + 1)
      .filter(({ created }) => (gte === null || created >= gte) && (lt === null || created < lt));
    return { listed: matching.slice(0, 100), hasMore: matching.length > 100 };
  }
}

type Reading = { seen: Set<string>; requests: number; cuts: Mark[] };

/** Reads a list to its end; `order` decides which answer comes next, and whether the process is killed before. */
function readAll(
  list: List,
  cuts: readonly Mark[],
  order: () => { whose: number; killed: boolean } = () => ({ whose: 0, killed: false }),
  meanwhile: (ranges: readonly Range[]) => void = () => {},
): Reading {
  let ranges = cutRanges(cuts);
  let committed = structuredClone(ranges);
  let seen = new Set<string>();
  const kept = new Set<string>();
  let requests = 0;
  let flying: { range: Range; page: PageOrder | null }[] = [];
  for (;;) {
    while (flying.length < READERS) {
      const range = takeRange(ranges, new Set(flying.map((one) => one.range.n)));
      if (range === null) break;
      requests += 1;
      flying.push({ range, page: list.page(range) });
    }
    if (flying.length === 0) return { seen: kept, requests, cuts: chooseCuts(ranges, NOW + 1) };
    const { whose, killed } = order();
    if (killed) {
      // Requests in flight and pages since the last commit are lost.
      ranges = structuredClone(committed);
      seen = new Set();
      flying = [];
      continue;
    }
    const [{ range, page } = { range: null, page: null }] = flying.splice(whose % flying.length, 1);
    if (range && page) {
      advance(range, page);
      for (const { id } of page.listed) seen.add(id);
    } else if (range) forgetPlace(range);
    // Sometimes the pages that have arrived are committed.
    if (whose % 2 === 0) {
      committed = structuredClone(ranges);
      for (const id of seen) kept.add(id);
      seen = new Set();
    }
    meanwhile(ranges);
    if (flying.length === 0 && whose % 2 === 1) {
      committed = structuredClone(ranges);
      for (const id of seen) kept.add(id);
      seen = new Set();
    }
  }
}

const DAY = 86_400;
const shapes = fc.oneof(
  fc.array(fc.nat(700 * DAY), { maxLength: 1_500, size: "max" }),
  // A bulk import: half of everything in one second, the rest around it.
  fc
    .tuple(fc.nat(1_200), fc.nat(300 * DAY), fc.array(fc.nat(700 * DAY), { maxLength: 800, size: "max" }))
    .map(([many, age, others]) => [...Array<number>(many).fill(age), ...others]),
  fc.array(fc.nat(5), { maxLength: 900, size: "max" }),
);
const orders = fc.infiniteStream(fc.record({ whose: fc.nat(1_000), killed: fc.nat(60).map((n) => n === 0) }));

describe("ranges of the list", () => {
  it("leave nothing out, whatever answer comes first and however often the process is killed", () => {
    fc.assert(
      fc.property(shapes, orders, orders, (ages, first, second) => {
        const list = List.of(ages);
        const next = (stream: typeof first) => () => stream.next().value;
        const cold = readAll(list, [], next(first));
        expect(list.all.filter(({ id }) => !cold.seen.has(id))).toEqual([]);
        const warm = readAll(list, cold.cuts, next(second));
        expect(list.all.filter(({ id }) => !warm.seen.has(id))).toEqual([]);
      }),
      { numRuns: process.env.PARITY_HUNT ? 2_000 : 40 },
    );
  });

  it("leave nothing out that exists all the time, while others come and go", () => {
    fc.assert(
      fc.property(shapes, orders, fc.infiniteStream(fc.nat(1_000_000)), (ages, order, chance) => {
        const list = List.of(ages);
        const { cuts } = readAll(list, []);
        const stays = new Set(list.all.map(({ id }) => id));
        let born = 0;
        const comeAndGo = (ranges: readonly Range[]) => {
          const dice = chance.next().value;
          if (dice % 5 === 0) list.all.unshift({ id: `sub_new${born++}`, created: NOW + born });
          if (dice % 3 === 0 && list.all.length > 0) {
            // Also exactly where a reader goes on, and where the last full run was cut.
            const places = [...ranges.map(({ after }) => after), ...cuts.map(({ id }) => id)];
            const place = places[dice % places.length];
            const at = dice % 2 === 0 ? dice % list.all.length : list.all.findIndex(({ id }) => id === place);
            const [gone] = at < 0 ? [] : list.all.splice(at, 1);
            if (gone) stays.delete(gone.id);
          }
        };
        const { seen } = readAll(list, cuts, () => order.next().value, comeAndGo);
        expect([...stays].filter((id) => !seen.has(id))).toEqual([]);
      }),
      { numRuns: process.env.PARITY_HUNT ? 2_000 : 40 },
    );
  });

  it.each([
    ["evenly over two years", (n: number) => n * 6_307],
    ["more and more", (n: number) => Math.floor(Math.sqrt(n) * 60_000)],
    ["half of it in one second", (n: number) => (n % 2 === 0 ? 90 * DAY : n * 6_307)],
    ["all in one second", () => 90 * DAY],
  ])("cost little more than the least number of pages: %s", (_, ageOf) => {
    const list = List.of([...Array(10_000).keys()].map(ageOf));
    const cold = readAll(list, []);
    expect(cold.requests).toBeLessThanOrEqual(1.05 * 100 + 16);
    const warm = readAll(list, cold.cuts);
    expect(warm.requests).toBeLessThanOrEqual(1.05 * 100 + 6);
    expect(warm.seen.size).toBe(10_000);
  });

  it("keep several readers busy in one second, once it has been read", () => {
    const list = List.of(Array<number>(5_000).fill(90 * DAY));
    const { cuts } = readAll(list, []);
    expect(cuts.length).toBeGreaterThanOrEqual(READERS);
    expect(new Set(cuts.map(({ created }) => created)).size).toBe(1);
  });

  it("are not cut where a second may still grow, and not at all when there is little", () => {
    const young = chooseCuts(readRanges(List.of([...Array(2_000).keys()])), NOW - 1_000);
    expect(young.every(({ created }) => created < NOW - 1_000)).toBe(true);
    expect(chooseCuts(readRanges(List.of([...Array(250).keys()])), NOW)).toHaveLength(1);
    expect(chooseCuts(readRanges(List.of([])), NOW)).toEqual([]);
  });
});

function readRanges(list: List): Range[] {
  const ranges = cutRanges([]);
  for (let one = takeRange(ranges, new Set()); one; one = takeRange(ranges, new Set())) {
    const page = list.page(one);
    if (page) advance(one, page);
  }
  return ranges;
}
