import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FLAGS, VERDICTS } from "~/billing/verdicts";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { SORTS } from "./columns";
import type { Reach } from "./reach.server";
import { addPeople, begun, expectedIds, people } from "./testing/people";
import { createUsersList, type UsersList } from "./users-list.server";
import { CHECKED, EMPTY_QUERY, NONE, type UsersQuery } from "./users-query";

let database: TestDatabase;
let list: UsersList;

beforeAll(async () => {
  database = await createTestDatabase();
  list = createUsersList(database.db);
  await addPeople(database.db);
});
afterAll(() => database.drop());

async function walk(
  query: UsersQuery,
  users = list,
): Promise<{ ids: string[]; last: string | null; pages: number }> {
  const ids: string[] = [];
  let at = query;
  for (let pages = 1; ; pages++) {
    const page = await users.page(at);
    if (!page.ok) throw new Error(page.reason);
    expect(page.offset).toBe(ids.length);
    ids.push(...page.ids);
    if (!page.next) return { ids, last: page.previous, pages };
    at = { ...query, page: { side: "after", cursor: page.next } };
  }
}

async function walkBack(query: UsersQuery, from: string | null, users = list): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = from; cursor; ) {
    const page = await users.page({ ...query, page: { side: "before", cursor } });
    if (!page.ok) throw new Error(page.reason);
    ids.unshift(...page.ids);
    cursor = page.previous;
  }
  return ids;
}

const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.subarray([...values]) },
  );
const anyQuery: fc.Arbitrary<UsersQuery> = fc.record({
  q: fc.constantFrom("", "", "", "ACME", "name x", "u0919", "%", "_"),
  verdicts: some(VERDICTS),
  flags: some(FLAGS),
  plans: some(["army", "starter", NONE]),
  statuses: some(["active", "canceled", NONE]),
  checked: fc.constantFrom(null, null, null, ...CHECKED),
  blocked: fc.constantFrom(false, false, false, true),
  sort: fc.constantFrom(...SORTS),
  reversed: fc.boolean(),
  page: fc.constant(null),
});

const hunt = Boolean(process.env.PARITY_HUNT);

/** From "everything by the first way" to "the first way leads nowhere". */
const upTo = fc.constantFrom(0, 7, 40, 10_000);
const anyReach: fc.Arbitrary<Reach> = fc.record({
  few: upTo,
  fewJoined: upTo,
  known: upTo,
  followed: upTo,
  followedJoined: upTo,
});

describe("the list of users", () => {
  it(
    "shows every user once and in order, page by page and back, whatever the filters, the sort and the way",
    async () => {
      await fc.assert(
        fc.asyncProperty(anyQuery, anyReach, fc.constantFrom(-1, 50_000), async (query, reach, largeFrom) => {
          const found = createUsersList(database.db, { reach, largeFrom });
          const expected = expectedIds(query);
          const there = await walk(query, found);
          expect(there.ids).toEqual(expected);
          expect(await found.count(query)).toBe(expected.length);
          const back = await walkBack(query, there.last, found);
          expect(back).toEqual(expected.slice(0, Math.max(0, (there.pages - 1) * 50)));
        }),
        { numRuns: hunt ? 1000 : 60 },
      );
    },
    hunt ? 300_000 : undefined,
  );

  it.each(SORTS.flatMap((sort) => [false, true].map((reversed) => ({ sort, reversed }))))(
    "goes through everybody by $sort (reversed: $reversed)",
    async ({ sort, reversed }) => {
      const query = { ...EMPTY_QUERY, sort, reversed };
      expect((await walk(query)).ids).toEqual(expectedIds(query));
    },
  );

  it("loses nobody who stays while others come and go between two pages", async () => {
    const first = await list.page(EMPTY_QUERY);
    if (!first.ok || !first.next) throw new Error("There is one page only.");
    const leaves = first.ids.at(-1);
    await database.db.user.delete({ where: { id: leaves } });
    const second = await list.page({ ...EMPTY_QUERY, page: { side: "after", cursor: first.next } });
    const person = people.find(({ id }) => id === leaves);
    if (person)
      await database.db.user.create({
        data: { id: person.id, email: person.email, name: person.name, plan: person.plan },
      });
    expect(second.ok && second.ids).toEqual(expectedIds(EMPTY_QUERY).slice(50, 100));
  });

  it("counts users by verdict, those who were never evaluated as not checked", async () => {
    const counts = new Map((await list.verdicts()).map(({ verdict, users }) => [verdict, users]));
    const notChecked = people.filter(
      ({ syncStatus }) => (syncStatus?.verdict ?? "not_checked") === "not_checked",
    );
    expect(counts.get("not_checked")).toBe(notChecked.length);
    expect([...counts.values()].reduce((sum, users) => sum + users)).toBe(people.length);
  });

  it("finds a user by a Stripe id, wherever it is written", async () => {
    const { db } = database;
    const stamps = { versionStart: 1n, versionEnd: 2n };
    const ids = people.map(({ id }) => id);
    const [a = "", b = "", c = "", d = ""] = ids.slice(10);
    const day = new Date(begun);
    const subscription = { customerId: "cus_two", status: "active", items: [], created: day, startDate: day };
    await db.stripeCustomer.create({ data: { id: "cus_one", metadataUserId: a, ...stamps } });
    await db.stripeSubscription.create({
      data: { id: "sub_two", cancelAtPeriodEnd: false, ...subscription, ...stamps },
    });
    await db.link.create({ data: { userId: b, customerId: "cus_two", source: "confirmed", actor: "test" } });
    await db.link.create({ data: { userId: c, customerId: "cus_two", source: "rejected", actor: "test" } });
    await db.billingSubscription.create({
      data: {
        userId: d,
        stripeSubscriptionId: "sub_three",
        stripePriceId: "price",
        status: "active",
        currency: "usd",
      },
    });
    const found = async (q: string) => {
      const page = await list.page({ ...EMPTY_QUERY, q });
      return page.ok ? page.ids : [];
    };
    expect(await found("cus_recorded")).toEqual([ids[3]]);
    expect(await found("cus_one")).toEqual([a]);
    expect(await found("cus_two")).toEqual([b]);
    expect(await found("sub_two")).toEqual([b]);
    expect(await found("sub_three")).toEqual([d]);
    expect(await found("cus_nobody")).toEqual([]);
  });

  it.each([
    ["nonsense", "abc"],
    ["another sort", Buffer.from('["email",["a@b.co"],"u1",0]').toString("base64url")],
    ["a date that is none", Buffer.from('["since",["2026-99-99"],"u1",0]').toString("base64url")],
    ["a date out of reach", Buffer.from('["since",[1e300],"u1",0]').toString("base64url")],
    ["too few keys", Buffer.from('["since",[],"u1",0]').toString("base64url")],
    ["a character that no text has", Buffer.from('["since",[1],"\\u0000",0]').toString("base64url")],
  ])("refuses a cursor that is %s", async (_, cursor) => {
    const query: UsersQuery = { ...EMPTY_QUERY, sort: "since", page: { side: "after", cursor } };
    expect(await list.page(query)).toEqual({ ok: false, reason: "bad_cursor" });
  });
});

describe("whom a pass or tick has covered since", () => {
  const coveredHoursAgo = (hours: number) => database.db.$executeRaw`
    INSERT INTO "Cursor" (key, value)
    VALUES ('events', jsonb_build_object('since', 0, 'at', extract(epoch FROM now()) - ${hours}::int * 3600))
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
  const countOf = (query: Partial<UsersQuery>) => list.count({ ...EMPTY_QUERY, ...query });

  it("has been checked then, though their rows say nothing of it", async () => {
    const [known, never] = [await countOf({}), await countOf({ checked: "never" })];
    await coveredHoursAgo(2);
    expect(await countOf({ checked: "day" })).toBe(known - never);
    expect(await countOf({ checked: "stale" })).toBe(0);
    expect(await countOf({ flags: ["stale"] })).toBe(0);
    await coveredHoursAgo(30);
    expect(await countOf({ flags: ["stale"] })).toBe(await countOf({ checked: "stale" }));
    expect(await countOf({ checked: "stale" })).toBeGreaterThan(0);
    await database.db.cursor.deleteMany();
  });
});
