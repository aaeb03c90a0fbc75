import { VERDICTS } from "../../../app/billing/verdicts/catalogue";
import { FLAGS } from "../../../app/billing/verdicts/flags";
import { SORTS } from "../../../app/dashboard/users-list/columns";
import { CHECKED, NONE } from "../../../app/dashboard/users-list/filters";
import type { UsersList } from "../../../app/dashboard/users-list/users-list.server";
import { EMPTY_QUERY, type UsersQuery } from "../../../app/dashboard/users-list/users-query";
import type { Database } from "../../../app/platform/client.server";

/** A page that is requested. */
export type PageRequest = {
  kind: string;
  name: string;
  query: UsersQuery;
  /** How many pages come before it, for the naive query that has to count them. */
  deep: number;
};

type PartialQuery = Partial<UsersQuery>;

const DIRECTIONS = SORTS.flatMap((sort) => [false, true].map((reversed) => ({ sort, reversed })));
const STATUSES = [
  "active",
  "trialing",
  "past_due",
  "unpaid",
  "paused",
  "incomplete",
  "canceled",
  "suspended",
  NONE,
];

const FILTERS: [string, PartialQuery][] = [
  ...VERDICTS.map((verdict): [string, PartialQuery] => [verdict, { verdicts: [verdict] }]),
  ...FLAGS.map((flag): [string, PartialQuery] => [flag, { flags: [flag] }]),
  ...["starter", "army", "founder", "unused", NONE].map((plan): [string, PartialQuery] => [
    `plan ${plan}`,
    { plans: [plan] },
  ]),
  ...STATUSES.map((status): [string, PartialQuery] => [`status ${status}`, { statuses: [status] }]),
  ...CHECKED.map((checked): [string, PartialQuery] => [`checked ${checked}`, { checked }]),
  ["blocked", { blocked: true }],
];

const COMBINED: [string, PartialQuery][] = [
  ["critical", { verdicts: ["locked_out", "unpaid_access"] }],
  ["all mismatches", { verdicts: VERDICTS.filter((one) => one !== "in_sync" && one !== "no_subscription") }],
  ["in sync and on hold", { verdicts: ["in_sync"], flags: ["on_hold"] }],
  ["in sync but canceled", { verdicts: ["in_sync"], statuses: ["canceled"] }],
  ["locked out, founder", { verdicts: ["locked_out"], plans: ["founder"] }],
  ["locked out, army", { verdicts: ["locked_out"], plans: ["army"] }],
  ["several and comped", { flags: ["several", "comped"], statuses: ["active"] }],
  ["stale, no plan", { flags: ["stale"], plans: [NONE] }],
  ["past due within the hour", { statuses: ["past_due"], checked: "hour" }],
  ["unpaid or paused, blocked", { statuses: ["unpaid", "paused"], blocked: true }],
  ["no user has all of it", { flags: ["lookup_failed"], statuses: ["paused"], plans: ["founder"] }],
];

const formatSort = (some: PartialQuery) => `${some.reversed ? "-" : ""}${some.sort ?? "severity"}`;

/** All requests except the pages deep in a list. */
export async function listPageRequests(db: Database): Promise<PageRequest[]> {
  const one = await db.user.findFirstOrThrow({
    where: { stripeCustomerId: { not: null } },
    orderBy: { id: "desc" },
    skip: 500,
  });
  const { stripeSubscriptionId } = await db.billingSubscription.findFirstOrThrow({ orderBy: { id: "desc" } });
  const searches: [string, string][] = [
    ["half an address", one.email.slice(0, Math.ceil(one.email.indexOf("@") * 0.8))],
    ["an address", one.email],
    ["a company", "company1234"],
    ["a common domain", "gmail.com"],
    ["part of a name", "schmid"],
    ["a first name", "Priya"],
    ["a whole name", "Wei Nakamura"],
    ["three letters", "ada"],
    ["two letters", "xu"],
    ["one letter", "z"],
    ["two letters of no user", "qq"],
    ["nothing found", "no-such-user"],
    ["cus_", one.stripeCustomerId ?? ""],
    ["sub_", stripeSubscriptionId],
    ["cus_ of no user", "cus_00000000000000"],
    ["a user id", one.id],
  ];
  const createRequest = (kind: string, name: string, some: PartialQuery): PageRequest => ({
    kind,
    name: `${name}, by ${formatSort(some)}`,
    query: { ...EMPTY_QUERY, ...some },
    deep: 0,
  });
  return [
    ...DIRECTIONS.map((sort) => createRequest("sort", "all users", sort)),
    ...FILTERS.flatMap(([name, some]) =>
      DIRECTIONS.map((sort) => createRequest("filter", name, { ...some, ...sort })),
    ),
    ...COMBINED.flatMap(([name, some]) =>
      DIRECTIONS.map((sort) => createRequest("combined", name, { ...some, ...sort })),
    ),
    ...searches.flatMap(([name, q]) => [
      ...DIRECTIONS.map((sort) => createRequest("search", name, { q, ...sort })),
      createRequest("search", `${name}, in sync`, { q, verdicts: ["in_sync"] }),
      createRequest("search", `${name}, locked out`, { q, verdicts: ["locked_out"] }),
    ]),
  ];
}

/** Pages deep in the list: the second, the tenth, the thousandth, near the end; after and before. */
export async function listDeepPages(list: UsersList): Promise<PageRequest[]> {
  const asked: PageRequest[] = [];
  const lists: [string, PartialQuery, number[]][] = [
    ...SORTS.map((sort): [string, PartialQuery, number[]] => ["all users", { sort }, [2, 10, 1000]]),
    ...SORTS.map((sort): [string, PartialQuery, number[]] => [
      "all users",
      { sort, reversed: true },
      [2, 10],
    ]),
    ["in sync", { verdicts: ["in_sync"] }, [2, 1000]],
    ["canceled", { statuses: ["canceled"] }, [2, 1000]],
    ["army by name", { plans: ["army"], sort: "name" }, [2, 10]],
    ["gmail", { q: "gmail.com" }, [2, 10]],
    ["stale by address", { flags: ["stale"], sort: "email" }, [2, 10]],
  ];
  for (const [name, some, depths] of lists) {
    const query: UsersQuery = { ...EMPTY_QUERY, ...some };
    let cursor: string | null = null;
    for (let depth = 1; depth <= Math.max(...depths); depth += 1) {
      const page = await list.loadPage(cursor ? { ...query, page: { side: "after", cursor } } : query);
      if (!page.ok || !page.next) break;
      if (depths.includes(depth) && page.previous) {
        const from = `${name}, by ${formatSort(some)}, from page ${depth}`;
        const { next, previous } = page;
        asked.push({
          kind: "deep",
          name: from,
          query: { ...query, page: { side: "after", cursor: next } },
          deep: depth,
        });
        asked.push({
          kind: "back",
          name: `${from} back`,
          query: { ...query, page: { side: "before", cursor: previous } },
          deep: depth - 2,
        });
        // The same place, seen from the other end of the list.
        const turned = { ...query, reversed: !query.reversed };
        const all = await list.count(query);
        asked.push({
          kind: "near the end",
          name: `${from}, the other way round`,
          query: { ...turned, page: { side: "after", cursor: next } },
          deep: Math.max(0, Math.floor(all / 50) - depth),
        });
      }
      cursor = page.next;
    }
  }
  return asked;
}
