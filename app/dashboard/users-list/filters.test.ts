import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "~/platform/sql.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { createCountCache } from "../count-cache.server";
import { createConditionsBuilder } from "./conditions.server";
import { SERVER_FILTERS, type ServerFilters } from "./filter-conditions.server";
import { type Codec, FILTERS, type FilterValues } from "./filters";
import { addTestUsers, listExpectedIds, testUsers } from "./testing/test-users";
import { countMatchingUsers } from "./users-count.server";
import { createUsersList } from "./users-list.server";
import { loadUsersPage } from "./users-page.server";
import { createUsersCodec, EMPTY_QUERY, parseUsersQuery } from "./users-query";

// A filter that Parity does not have, added as a developer would add it: one entry in each of the two tables.

const onOrOff: Codec<boolean> = {
  parse: ([value]) => value === "1",
  build: (value) => (value ? ["1"] : []),
};
const filters = {
  ...FILTERS,
  rich: {
    param: "rich",
    codec: onOrOff,
    menu: { label: "Money", options: ["1"], labels: { 1: "At least 1,000 per month" }, choose: "one" },
  },
} as const;
const serverFilters: ServerFilters<FilterValues<typeof filters>> = {
  ...SERVER_FILTERS,
  rich: {
    index: "SyncStatus_by_money",
    buildCondition: () => ({ syncStatus: [sql`s."moneyPerMonth" >= 1000`], withoutStatus: null }),
  },
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await addTestUsers(database.db);
});
afterAll(() => database.drop());

describe("a filter that is added to the two tables", () => {
  const { parse, build, isFiltered, listFilterChoices } = createUsersCodec(filters);
  const query = parse(new URLSearchParams("rich=1&sort=email"));

  it("is read from the address and written to it", () => {
    expect(query).toEqual({ ...EMPTY_QUERY, sort: "email", rich: true });
    expect(build(query).toString()).toBe("rich=1&sort=email");
    expect(isFiltered(query)).toBe(true);
    expect(parse(new URLSearchParams("rich=yes"))).toMatchObject({
      rich: false,
      unknown: [{ value: "yes" }],
    });
  });

  it("is in the filter bar, and a click changes the address", () => {
    const choice = listFilterChoices(query).find(({ name }) => name === "rich");
    expect(choice).toMatchObject({ label: "Money", options: ["1"], choose: "one", chosen: ["1"] });
    expect(choice?.buildPath([])).toBe("/users?sort=email");
    expect(choice?.buildPath(["1"])).toBe("/users?rich=1&sort=email");
  });

  it("decides which users are listed and counted", async () => {
    const facts = { matchingIds: null, usersWithoutStatus: null, coveredAgo: null };
    const conditions = createConditionsBuilder(filters, serverFilters)(query, facts);
    const expected = testUsers
      .filter(({ syncStatus }) => (syncStatus?.money?.perMonth ?? 0) >= 1000)
      .sort((one, other) => (one.email < other.email ? -1 : 1))
      .map(({ id }) => id);
    const page = await loadUsersPage(database.db, query, conditions);
    expect(expected.length).toBeGreaterThan(10);
    expect(page.ok && page.ids).toEqual(expected.slice(0, 50));
    expect(await countMatchingUsers(database.db, conditions)).toBe(expected.length);
  });
});

it("R388: with a filter of which nothing is known it has no user, and with one of which something is known those of that", async () => {
  const read = (search: string) => parseUsersQuery(new URLSearchParams(search));
  const list = createUsersList({ db: database.db, countCache: createCountCache(database.db) });
  const dead = read("verdict=nonsense");
  expect(await list.loadPage(dead)).toMatchObject({ ids: [] });
  expect(await list.count(dead)).toBe(0);
  expect(await database.db.$queryRaw(await list.selectIds(dead))).toEqual([]);
  expect(await list.countFacetCached(dead, "verdicts")).toEqual(
    await list.countFacetCached(EMPTY_QUERY, "verdicts"),
  );
  const some = read("verdict=nonsense&verdict=locked_out");
  expect(await list.loadPage(some)).toMatchObject({ ids: listExpectedIds(read("verdict=locked_out")) });
});
