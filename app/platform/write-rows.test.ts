import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sql } from "./sql.server";
import { createTestDatabase, type TestDatabase } from "./testing/database";
import { type Columns, hashRow, updateRows, upsertRows } from "./write-rows.server";

type Row = { id: string; count: number | null; isOpen: boolean; at: number | null; notes: object };

const key = { id: "text" } as const;
const columns: Columns<Row> = {
  count: { type: "bigint", column: 'odd "name' },
  isOpen: "boolean",
  at: "time",
  notes: "jsonb",
};

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await test.db
    .$executeRaw`CREATE TABLE parity."Thing" (id text PRIMARY KEY, "odd ""name" bigint, "isOpen" boolean,
    at timestamptz, notes jsonb, touched timestamptz)`;
});
afterAll(() => test.drop());
beforeEach(async () => {
  await test.db.$executeRaw`DELETE FROM parity."Thing"`;
});

const row = (changes: Partial<Row> = {}): Row => ({
  id: "a",
  count: 9_007_199_254_740_991,
  isOpen: true,
  at: 1_700_000_000,
  notes: { one: 1 },
  ...changes,
});
const input = (rows: Row[]) => ({ table: "Thing", key, columns, rows, touch: "touched" });
const upsert = (...rows: Row[]) => test.db.$executeRaw(upsertRows(input(rows)));
const update = (...rows: Row[]) => test.db.$executeRaw(updateRows(input(rows)));
const stored = () => test.db.$queryRaw`
  SELECT id, "odd ""name" AS count, "isOpen", extract(epoch FROM at)::float8 AS at, notes FROM parity."Thing" ORDER BY id`;
const hash = () => test.db.$queryRaw(sql`SELECT ${hashRow(columns, 1)}::text AS hash FROM parity."Thing"`);

describe("rows that are written", () => {
  it("are inserted, and updated where they differ", async () => {
    expect(await upsert(row(), row({ id: "b", count: null, at: null }))).toBe(2);
    expect(await upsert(row({ isOpen: false }), row({ id: "b", count: null, at: null }))).toBe(1);
    expect(await stored()).toEqual([
      { id: "a", count: 9_007_199_254_740_991n, isOpen: false, at: 1_700_000_000, notes: { one: 1 } },
      { id: "b", count: null, isOpen: true, at: null, notes: { one: 1 } },
    ]);
  });

  it("are only updated where they exist and differ", async () => {
    await upsert(row());
    expect(await update(row(), row({ id: "b" }))).toBe(0);
    expect(await update(row({ count: null }), row({ id: "b" }))).toBe(1);
    expect(await stored()).toMatchObject([{ id: "a", count: null }]);
  });

  it.each([
    ["upsert", upsert],
    ["update", update],
  ])("do not differ by a part of a second (%s)", async (_, write) => {
    await upsert(row());
    await test.db.$executeRaw`UPDATE parity."Thing" SET at = at + interval '900 milliseconds'`;
    expect(await write(row())).toBe(0);
    expect(await write(row({ at: 1_700_000_001 }))).toBe(1);
  });

  it("are touched when they are written", async () => {
    await upsert(row());
    await update(row({ isOpen: false }));
    expect(await test.db.$queryRaw`SELECT touched IS NOT NULL AS touched FROM parity."Thing"`).toEqual([
      { touched: true },
    ]);
  });
});

it("the hash of a row changes with each column, and not with a part of a second", async () => {
  const seen = new Set<string>();
  for (const change of [{}, { count: 1 }, { isOpen: false }, { at: 1 }, { notes: {} }]) {
    await upsert(row(change));
    seen.add(JSON.stringify(await hash()));
  }
  expect(seen.size).toBe(5);
  await upsert(row());
  await test.db.$executeRaw`UPDATE parity."Thing" SET at = at + interval '900 milliseconds'`;
  expect(seen).toContain(JSON.stringify(await hash()));
});
