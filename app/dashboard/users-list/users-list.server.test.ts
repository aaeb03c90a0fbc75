import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VERDICTS } from "~/billing/verdicts/catalogue";
import { FLAGS } from "~/billing/verdicts/flags";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { createCountCache } from "../count-cache.server";
import { LISTED_QUEUES } from "../inbox/queues";
import { createSelections } from "../selections/selections.server";
import { SORTS } from "./columns";
import { CHECKED, NONE } from "./filters";
import type { ScanLimits } from "./scan-limits.server";
import { addTestUsers, listExpectedIds, startedAt, testUsers } from "./testing/test-users";
import { createUsersList, type UsersList } from "./users-list.server";
import { EMPTY_QUERY, type UsersQuery } from "./users-query";

let database: TestDatabase;
let list: UsersList;

const createList = (options?: Parameters<typeof createUsersList>[1]) =>
  createUsersList({ db: database.db, countCache: createCountCache(database.db) }, options);

beforeAll(async () => {
  database = await createTestDatabase();
  list = createList();
  await addTestUsers(database.db);
});
afterAll(() => database.drop());

async function listForwards(
  query: UsersQuery,
  users = list,
): Promise<{ ids: string[]; last: string | null; pages: number }> {
  const ids: string[] = [];
  let at = query;
  for (let pages = 1; ; pages++) {
    const page = await users.loadPage(at);
    if (!page.ok) throw new Error(page.reason);
    expect(page.offset).toBe(ids.length);
    ids.push(...page.ids);
    if (!page.next) return { ids, last: page.previous, pages };
    at = { ...query, page: { side: "after", cursor: page.next } };
  }
}

async function listBackwards(query: UsersQuery, from: string | null, users = list): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = from; cursor; ) {
    const page = await users.loadPage({ ...query, page: { side: "before", cursor } });
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
  q: fc.constantFrom("", "", "", "ACME", "name x", "x acme", "u0919", "%", "_"),
  verdicts: some(VERDICTS),
  queue: fc.constantFrom(null, null, null, ...LISTED_QUEUES),
  flags: some(FLAGS),
  plans: some(["army", "starter", NONE]),
  statuses: some(["active", "canceled", NONE]),
  checked: fc.constantFrom(null, null, null, ...CHECKED),
  blocked: fc.constantFrom(false, false, false, true),
  causes: some(["second_customer", "unmapped_price", "unverified_email", "undelivered"]),
  found: fc.constantFrom(
    null,
    null,
    null,
    { from: "2020-01-01", to: "2999-01-01" },
    { from: "2020-01-01", to: "2020-01-02" },
  ),
  sort: fc.constantFrom(...SORTS),
  reversed: fc.boolean(),
  unknown: fc.constant([]),
  page: fc.constant(null),
});

const hunt = Boolean(process.env.PARITY_HUNT);

/** From limits that no way reaches to limits that every way exceeds. */
const anyLimit = fc.constantFrom(0, 7, 40, 10_000);
const anyScanLimits: fc.Arbitrary<ScanLimits> = fc.record({
  candidates: anyLimit,
  joinedCandidates: anyLimit,
  candidateIds: anyLimit,
  scanned: anyLimit,
  joinedScanned: anyLimit,
});

describe("the list of users", () => {
  it(
    "shows every user once and in order, forwards and backwards, with any filters, sort and scan limits",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          anyQuery,
          anyScanLimits,
          fc.constantFrom(-1, 50_000),
          async (query, scanLimits, largeFrom) => {
            const found = createList({ scanLimits, largeFrom });
            const expected = listExpectedIds(query);
            const there = await listForwards(query, found);
            expect(there.ids).toEqual(expected);
            expect(await found.count(query)).toBe(expected.length);
            const back = await listBackwards(query, there.last, found);
            expect(back).toEqual(expected.slice(0, Math.max(0, (there.pages - 1) * 50)));
          },
        ),
        { numRuns: hunt ? 1000 : 60 },
      );
    },
    hunt ? 1_200_000 : undefined,
  );

  it.each(SORTS.flatMap((sort) => [false, true].map((reversed) => ({ sort, reversed }))))(
    "lists all users by $sort (reversed: $reversed)",
    async ({ sort, reversed }) => {
      const query = { ...EMPTY_QUERY, sort, reversed };
      expect((await listForwards(query)).ids).toEqual(listExpectedIds(query));
    },
  );

  it("loses no user when others are added or deleted between two pages", async () => {
    const first = await list.loadPage(EMPTY_QUERY);
    if (!first.ok || !first.next) throw new Error("There is only one page");
    const leaves = first.ids.at(-1);
    await database.db.user.delete({ where: { id: leaves } });
    const second = await list.loadPage({ ...EMPTY_QUERY, page: { side: "after", cursor: first.next } });
    const user = testUsers.find(({ id }) => id === leaves);
    if (user)
      await database.db.user.create({
        data: { id: user.id, email: user.email, name: user.name, plan: user.plan },
      });
    expect(second.ok && second.ids).toEqual(listExpectedIds(EMPTY_QUERY).slice(50, 100));
  });

  it("R355: counts users by verdict, users never evaluated as not checked, and no status that outlives its user", async () => {
    const gone = ["in_sync", "not_checked"].map((verdict) => ({
      ...{ userId: `gone-${verdict}`, verdict, severity: 0, flags: [], mismatches: [], stripePlan: "army" },
    }));
    await database.db.syncStatus.createMany({ data: gone });
    const counts = new Map((await list.countVerdicts()).map(({ verdict, users }) => [verdict, users]));
    const armies = await list.count({ ...EMPTY_QUERY, plans: ["army"] });
    await database.db.syncStatus.deleteMany({ where: { userId: { startsWith: "gone-" } } });
    expect(armies).toBe(listExpectedIds({ ...EMPTY_QUERY, plans: ["army"] }).length);
    const notChecked = testUsers.filter(
      ({ syncStatus }) => (syncStatus?.verdict ?? "not_checked") === "not_checked",
    );
    expect(counts.get("not_checked")).toBe(notChecked.length);
    expect([...counts.values()].reduce((sum, users) => sum + users)).toBe(testUsers.length);
  });

  it("finds a user by a Stripe id in the record, in a link and in metadata", async () => {
    const { db } = database;
    const stamps = { versionStart: 1n, versionEnd: 2n };
    const ids = testUsers.map(({ id }) => id);
    const [a = "", b = "", c = "", d = ""] = ids.slice(10);
    const day = new Date(startedAt);
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
      const page = await list.loadPage({ ...EMPTY_QUERY, q });
      return page.ok ? page.ids : [];
    };
    expect(await found("cus_recorded")).toEqual([ids[3]]);
    expect(await found("cus_one")).toEqual([a]);
    expect(await found("cus_two")).toEqual([b]);
    expect(await found("sub_two")).toEqual([b]);
    expect(await found("sub_three")).toEqual([d]);
    expect(await found("cus_unknown")).toEqual([]);
  });

  it.each([
    ["nonsense", "abc"],
    ["of another sort", Buffer.from('["email",["a@b.co"],"u1",0]').toString("base64url")],
    ["an invalid date", Buffer.from('["since",["2026-99-99"],"u1",0]').toString("base64url")],
    ["a date out of range", Buffer.from('["since",[1e300],"u1",0]').toString("base64url")],
    ["short of keys", Buffer.from('["since",[],"u1",0]').toString("base64url")],
    ["a text with a NUL character", Buffer.from('["since",[1],"\\u0000",0]').toString("base64url")],
  ])("rejects a cursor that is %s", async (_, cursor) => {
    const query: UsersQuery = { ...EMPTY_QUERY, sort: "since", page: { side: "after", cursor } };
    expect(await list.loadPage(query)).toEqual({ ok: false, reason: "bad_cursor" });
  });
});

describe("users that a run has covered since", () => {
  const coveredHoursAgo = (hours: number) => database.db.$executeRaw`
    INSERT INTO parity."Cursor" (key, value)
    VALUES ('events', jsonb_build_object('since', 0, 'at', extract(epoch FROM now()) - ${hours}::int * 3600))
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
  const countWith = (query: Partial<UsersQuery>) => list.count({ ...EMPTY_QUERY, ...query });

  it("count as checked by that run, although their rows do not say so", async () => {
    const [known, never] = [await countWith({}), await countWith({ checked: "never" })];
    await coveredHoursAgo(2);
    expect(await countWith({ checked: "day" })).toBe(known - never);
    expect(await countWith({ checked: "stale" })).toBe(0);
    expect(await countWith({ flags: ["stale"] })).toBe(0);
    await coveredHoursAgo(30);
    expect(await countWith({ flags: ["stale"] })).toBe(await countWith({ checked: "stale" }));
    expect(await countWith({ checked: "stale" })).toBeGreaterThan(0);
    await database.db.cursor.deleteMany();
  });
});

describe("what is looked for by something else than the address", () => {
  const find = (q: string, change: Partial<UsersQuery> = {}) =>
    listForwards({ ...EMPTY_QUERY, ...change, q });

  it("R367: finds names in any order, workspaces by name or id, invoices, and who pays under an address", async () => {
    const [first, second] = testUsers;
    if (!first || !second) throw new Error("There are test users");
    const { db } = database;
    await db.user.update({ where: { id: first.id }, data: { name: "Ada Okafor" } });
    await db.workspace.create({ data: { id: "wsp_9", ownerId: second.id, name: "Blue Harbour" } });
    await db.stripeCustomer.create({
      data: {
        ...{ id: "cus_payer", metadataUserId: second.id, versionStart: 1, versionEnd: 2 },
        ...{ email: "Billing@Harbour.example", emailFolded: "billing@harbour.example" },
      },
    });
    await db.$executeRaw`INSERT INTO parity."StripeSubscription" (id, "customerId", status, items, created, "startDate",
        "cancelAtPeriodEnd", "latestInvoiceId", "versionStart", "versionEnd")
      VALUES ('sub_payer', 'cus_payer', 'active', '[]', now(), now(), false, 'in_latest', 1, 2)`;
    for (const q of ["Okafor Ada", "okafor, ada", "ada okaf"])
      expect((await find(q)).ids, q).toEqual([first.id]);
    const { select } = createSelections(database, list, {
      decide: () => Promise.reject(new Error("not asked")),
    });
    // The last is the address under which that user pays, and not that of the user.
    for (const q of ["blue harbour", "wsp_9", "in_latest", "cus_payer", "BILLING@harbour.example"]) {
      expect((await find(q)).ids, q).toEqual([second.id]);
      expect(await list.count({ ...EMPTY_QUERY, q }), q).toBe(1);
      expect((await select({ staffId: "s1", query: { ...EMPTY_QUERY, q } })).users, q).toBe(1);
    }
    expect((await find("blue", {})).ids).toEqual([]);
    await db.user.update({ where: { id: first.id }, data: { name: first.name } });
  });
});

describe("the number of users behind each value of a filter", () => {
  it("leaves out what is chosen in the filter itself, and keeps the others", async () => {
    const query: UsersQuery = { ...EMPTY_QUERY, verdicts: ["locked_out"], statuses: ["canceled"] };
    const counts = await list.countFacetCached(query, "verdicts");
    for (const verdict of VERDICTS)
      expect(counts?.[verdict] ?? 0, verdict).toBe(await list.count({ ...query, verdicts: [verdict] }));
    const flags = await list.countFacetCached(query, "flags");
    for (const flag of FLAGS)
      expect(flags?.[flag] ?? 0, flag).toBe(await list.count({ ...query, flags: [flag] }));
    const statuses = await list.countFacetCached({ ...EMPTY_QUERY, statuses: ["active"] }, "statuses");
    expect(statuses?.none).toBe(await list.count({ ...EMPTY_QUERY, statuses: [NONE] }));
  });

  it.each<[string, Partial<UsersQuery>]>([
    ["alone", {}],
    ["beside others", { q: "acme", verdicts: ["locked_out", "not_checked", "in_sync"] }],
    ["with what is chosen in itself", { plans: ["army"], checked: "hour", statuses: ["active", NONE] }],
  ])("is that of the list for plans and for when users were last checked, %s", async (_, values) => {
    const query: UsersQuery = { ...EMPTY_QUERY, ...values };
    const [plans, checks] = await Promise.all([
      list.countFacetCached(query, "plans"),
      list.countFacetCached(query, "checked"),
    ]);
    for (const plan of ["starter", "army", NONE])
      expect(plans?.[plan] ?? 0, plan).toBe(listExpectedIds({ ...query, plans: [plan] }).length);
    for (const checked of CHECKED)
      expect(checks?.[checked] ?? 0, checked).toBe(listExpectedIds({ ...query, checked }).length);
  });
});

describe("a selection of all users that match", () => {
  it("is a list of ids from that moment", async () => {
    const query: UsersQuery = { ...EMPTY_QUERY, verdicts: ["locked_out", "not_checked"] };
    const selections = createSelections({ db: database.db }, list, { decide: () => Promise.reject() });
    const { selectionId, users } = await selections.select({ staffId: "s1", query });
    expect(users).toBe(await list.count(query));
    const kept = await database.db.selectedUser.findMany({ where: { selectionId } });
    expect(kept.map(({ userId }) => userId).sort()).toEqual((await listForwards(query)).ids.sort());
  });
});
