import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { items } from "~/engine/evaluate/load-customers.server";
import { storedItems } from "~/engine/observe/stored-items";
import {
  flag,
  nullable,
  number,
  readTables,
  selectRowByKey,
  selectRows,
  selectRowsByKey,
  text,
} from "./json-tables.server";
import { sql } from "./sql.server";

const columns = {
  name: [sql`name`, text],
  plan: [sql`plan`, nullable(text)],
  paid: [sql`paid`, flag],
} as const;
const read = (json: unknown) => selectRows(sql`t`, columns).read(json);

describe("rows that come column by column", () => {
  it("are put together again", () => {
    expect(
      read([
        ["ada", "bob"],
        [null, "army"],
        [true, false],
      ]),
    ).toEqual([
      { name: "ada", plan: null, paid: true },
      { name: "bob", plan: "army", paid: false },
    ]);
  });

  it("may be none", () => {
    expect(read([null, null, null])).toEqual([]);
  });

  it("are refused with a cell of another kind, without saying what it holds", () => {
    expect(() => read([["ada"], ["army"], ["ada@example.com"]])).toThrow(
      "The column paid holds a string that it may not",
    );
    expect(() => read([["ada"], [undefined], [true]])).toThrow("plan");
  });

  it("are refused with columns that do not fit", () => {
    expect(() => read([["ada"], ["army"]])).toThrow("other columns");
    expect(() => read([["ada"], ["army", "army"], [true]])).toThrow("different lengths");
    expect(() => read("ada")).toThrow("other columns");
  });

  it("are found by their key, which is none of their columns", () => {
    const seats = { seats: [sql`soldiers`, number] } as const;
    const json = [
      ["ada", "ada", "bob"],
      [1, 5, 0],
    ];
    expect(selectRowsByKey(sql`t`, sql`id`, seats).read(json).get("ada")).toEqual([
      { seats: 1 },
      { seats: 5 },
    ]);
    expect(selectRowByKey(sql`t`, sql`id`, seats).read(json).get("bob")).toEqual({ seats: 0 });
  });

  it("come with several tables in one cell", async () => {
    const tables = {
      first: selectRows(sql`t`, { a: [sql`a`, number] }),
      second: selectRows(sql`t`, { b: [sql`b`, text] }),
    };
    expect(await readTables(tables, "[[[1,2]],[null]]")).toEqual({ first: [{ a: 1 }, { a: 2 }], second: [] });
  });
});

describe("the items of a subscription", () => {
  const any = fc.constantFrom<unknown>(null, undefined, "x", "month", "never", 1, true, Number.NaN, [], {});
  const nearlyItems = fc
    .record({
      id: fc.constant<unknown>("si_1"),
      priceId: fc.constant<unknown>("price_1"),
      lookupKey: fc.constantFrom<unknown>(null, "army_yearly"),
      unitAmount: fc.constantFrom<unknown>(null, 20_000),
      currency: fc.constant<unknown>("usd"),
      interval: fc.constantFrom<unknown>("day", "week", "month", "year", null),
      intervalCount: fc.constant<unknown>(1),
      quantity: fc.constant<unknown>(1),
      periodStart: fc.constantFrom<unknown>(null, 1),
      periodEnd: fc.constantFrom<unknown>(null, 2),
    })
    .chain((item) =>
      fc
        .record({ field: fc.constantFrom(...Object.keys(item)), value: any, spoil: fc.boolean() })
        .map((change): unknown[] => [item, change.spoil ? { ...item, [change.field]: change.value } : item]),
    );

  it("are taken exactly when the schema that they are stored by takes them", () => {
    fc.assert(
      fc.property(fc.oneof(nearlyItems, any), (value) => {
        expect(items(value)).toBe(storedItems.safeParse(value).success);
      }),
      { numRuns: 500 },
    );
  });
});
