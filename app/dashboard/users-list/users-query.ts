import { FLAGS, type Flag, VERDICTS, type Verdict } from "~/billing/verdicts";
import { SORTS, type Sort } from "./columns";

/** When a user was last completely read: never, more than 24 hours ago, within an hour, within 24 hours. */
export const CHECKED = ["never", "stale", "hour", "day"] as const;

export type Checked = (typeof CHECKED)[number];

/** In the filters by plan and by Stripe's status: none at all. */
export const NONE = "none";

/** What the users table shows: the whole state of the view, as it stands in the address. */
export type UsersQuery = {
  /** Part of an e-mail address or name, or a whole `cus_…`, `sub_…` or user id; empty for everybody. */
  q: string;
  verdicts: Verdict[];
  flags: Flag[];
  /** Plan ids; `none` for users without one. */
  plans: string[];
  /** Stripe's statuses, verbatim; `none` for users without a subscription that counts. */
  statuses: string[];
  checked: Checked | null;
  /** Only users whose repair is due and blocked. */
  blocked: boolean;
  sort: Sort;
  /** The other way round than the sort usually goes. */
  reversed: boolean;
  /** Where the page begins (`after`) or ends (`before`): an opaque cursor of `listUsers`. */
  page: { side: "after" | "before"; cursor: string } | null;
};

export const EMPTY_QUERY: UsersQuery = {
  q: "",
  verdicts: [],
  flags: [],
  plans: [],
  statuses: [],
  checked: null,
  blocked: false,
  sort: "severity",
  reversed: false,
  page: null,
};

const MAX_LENGTH = 200;
const MAX_CHOICES = 50;
const MAX_CURSOR = 2000;

/** Reads the address. What is not known is dropped; the result is canonical: the same view, the same query. */
export function parseUsersQuery(search: URLSearchParams): UsersQuery {
  const sort = search.get("sort") ?? "";
  const name = sort.replace(/^-/, "");
  const known = SORTS.find((one) => one === name);
  return {
    q: clean(search.get("q") ?? ""),
    verdicts: VERDICTS.filter((one) => search.getAll("verdict").includes(one)),
    flags: FLAGS.filter((one) => search.getAll("flag").includes(one)),
    plans: choices(search.getAll("plan")),
    statuses: choices(search.getAll("status")),
    checked: CHECKED.find((one) => one === search.get("checked")) ?? null,
    blocked: search.get("blocked") === "1",
    sort: known ?? "severity",
    reversed: known !== undefined && sort.startsWith("-"),
    page: pageOf(search),
  };
}

/** The address of a view; empty for the view of everybody. `parseUsersQuery` reads it back. */
export function buildUsersSearch(query: UsersQuery): URLSearchParams {
  const search = new URLSearchParams();
  if (query.q) search.set("q", query.q);
  for (const verdict of query.verdicts) search.append("verdict", verdict);
  for (const flag of query.flags) search.append("flag", flag);
  for (const plan of query.plans) search.append("plan", plan);
  for (const status of query.statuses) search.append("status", status);
  if (query.checked) search.set("checked", query.checked);
  if (query.blocked) search.set("blocked", "1");
  if (query.sort !== "severity" || query.reversed)
    search.set("sort", query.reversed ? `-${query.sort}` : query.sort);
  if (query.page) search.set(query.page.side, query.page.cursor);
  return search;
}

/** The path of a view with some of it changed; a change of anything but the page goes back to the first page. */
export function usersPath(query: UsersQuery, change: Partial<UsersQuery> = {}): string {
  const search = buildUsersSearch({ ...query, page: null, ...change }).toString();
  return search === "" ? "/users" : `/users?${search}`;
}

/** Whether anything narrows the list down. */
export function isFiltered(query: UsersQuery): boolean {
  const { q, verdicts, flags, plans, statuses, checked, blocked } = query;
  const chosen = verdicts.length + flags.length + plans.length + statuses.length;
  return q !== "" || chosen > 0 || checked !== null || blocked;
}

/** So few letters are nearly everywhere, and no index leads to all of them: they find what begins with them. */
export const isShortSearch = ({ q }: Pick<UsersQuery, "q">): boolean => q !== "" && [...q].length <= 2;

function pageOf(search: URLSearchParams): UsersQuery["page"] {
  for (const side of ["after", "before"] as const) {
    const cursor = search.get(side);
    if (cursor) return { side, cursor: cursor.slice(0, MAX_CURSOR) };
  }
  return null;
}

/** Control characters (a NUL breaks PostgreSQL's text) and outer spaces mean nothing in a search. */
function clean(text: string): string {
  const printable = text.replace(/\p{Cc}/gu, " ").trim();
  return [...printable].slice(0, MAX_LENGTH).join("").trim();
}

function choices(values: string[]): string[] {
  return [...new Set(values.map(clean))].filter(Boolean).sort().slice(0, MAX_CHOICES);
}
