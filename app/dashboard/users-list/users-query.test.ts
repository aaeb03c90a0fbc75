import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VERDICTS } from "~/billing/verdicts/catalogue";
import { FLAGS } from "~/billing/verdicts/flags";
import { SORTS } from "./columns";
import { CHECKED } from "./filters";
import {
  buildUsersSearch,
  EMPTY_QUERY,
  hasDeadFilter,
  isFiltered,
  listFilterChoices,
  parseUsersQuery,
  type UsersQuery,
  usersPath,
} from "./users-query";

const parse = (search: string) => parseUsersQuery(new URLSearchParams(search));

const key = fc.constantFrom(
  "q",
  "verdict",
  "flag",
  "plan",
  "status",
  "checked",
  "blocked",
  "queue",
  "found",
  "sort",
  "after",
  "before",
  "utm",
);
const value = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(...VERDICTS, ...FLAGS, ...SORTS, ...CHECKED, "-since", "1", "army", "a@b.co"),
);
const anySearch = fc
  .array(fc.tuple(key, value), { maxLength: 20 })
  .map((pairs) => new URLSearchParams(pairs));

describe("the address of the users table", () => {
  it("is read back as it was written, for any view", () => {
    fc.assert(
      fc.property(anySearch, (search) => {
        const query = parseUsersQuery(search);
        const again = parseUsersQuery(new URLSearchParams(buildUsersSearch(query).toString()));
        expect(again).toEqual(query);
      }),
    );
  });

  it("is canonical: a view has one address, in whatever order its parameters came", () => {
    fc.assert(
      fc.property(anySearch, fc.infiniteStream(fc.nat()), (search, order) => {
        const once = buildUsersSearch(parseUsersQuery(search)).toString();
        const pairs = [...new URLSearchParams(once)]
          .map((pair) => ({ pair, at: order.next().value ?? 0 }))
          .sort((one, other) => one.at - other.at)
          .map(({ pair }) => pair);
        expect(buildUsersSearch(parseUsersQuery(new URLSearchParams(pairs))).toString()).toBe(once);
      }),
    );
  });

  it("drops unknown parameters and orders", () => {
    expect(parse("sort=shoe-size&colour=red&verdict=&q=%20")).toEqual(EMPTY_QUERY);
  });

  it("R388: keeps the values that a filter does not know, and knows which filters say nothing", () => {
    const some = parse("verdict=nonsense&verdict=unknown_status");
    expect(some.verdicts).toEqual(["unknown_status"]);
    expect(some.unknown).toEqual([{ param: "verdict", value: "nonsense", label: "Sync status" }]);
    expect([isFiltered(some), hasDeadFilter(some)]).toEqual([true, false]);
    for (const dead of ["verdict=paid", "flag=rich", "checked=tomorrow", "found=2026", "queue=x", "cause=y"])
      expect([dead, hasDeadFilter(parse(`${dead}&status=active`))]).toEqual([dead, true]);
    expect(hasDeadFilter(parse("plan=gone&status=new&q=x&utm=y"))).toBe(false);
    // What is chosen instead in the filter bar replaces it.
    const choice = listFilterChoices(parse("verdict=paid&flag=rich")).find(({ name }) => name === "verdicts");
    expect(choice?.buildPath(["in_sync"])).toBe("/users?verdict=in_sync&flag=rich");
  });

  it("never carries a character that PostgreSQL cannot store", () => {
    expect(parse("q=a%00b").q).toBe("a b");
    expect(parse("q=https://dashboard.stripe.com/test/customers/cus_A1b2/x").q).toBe("cus_A1b2");
    for (const pasted of ["Ada O. <ada@x.com>", "<ada@x.com>", "MAILTO:ada@x.com?subject=Hi"])
      expect(parse(String(new URLSearchParams({ q: pasted }))).q).toBe("ada@x.com");
    for (const typed of ["Ada <3", "a < b", "https://x.com/ada"])
      expect(parse(String(new URLSearchParams({ q: typed }))).q).toBe(typed);
  });

  it("is empty for all users", () => {
    expect(usersPath(EMPTY_QUERY)).toBe("/users");
  });

  it("goes back to the first page when a filter changes", () => {
    const deep: UsersQuery = { ...EMPTY_QUERY, page: { side: "after", cursor: "abc" } };
    expect(usersPath(deep, { verdicts: ["unknown_status"] })).toBe("/users?verdict=unknown_status");
    expect(usersPath(EMPTY_QUERY, { page: deep.page })).toBe("/users?after=abc");
  });

  it("knows whether a filter is set", () => {
    expect(isFiltered(parse("sort=email"))).toBe(false);
    expect(isFiltered(parse("blocked=1"))).toBe(true);
    expect(isFiltered(parse("q=ada"))).toBe(true);
  });
});
