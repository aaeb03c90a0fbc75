import { SORTS, type Sort } from "./columns";
import { FILTERS, type Filter, type FilterMenu, type FilterValues, listNames, listUnknown } from "./filters";

/** A value that a filter does not know (any more), of an address or a saved view. */
export type UnknownValue = {
  param: string;
  value: string;
  /** What the filter bar calls the filter. */
  label: string;
};

/** The sort and the page, besides the filters. */
type UsersView = {
  unknown: UnknownValue[];
  sort: Sort;
  /** The opposite direction of the sort. */
  reversed: boolean;
  /** Where the page begins (`after`) or ends (`before`): an opaque cursor of `UsersList`. */
  page: { side: "after" | "before"; cursor: string } | null;
};

/** What the users table shows: the complete state of the view, as it is kept in the address. */
export type UsersQuery = FilterValues<typeof FILTERS> & UsersView;

/** A filter of the filter bar: what is chosen in it, and where a click leads. */
export type FilterChoice = FilterMenu & {
  name: string;
  chosen: string[];
  /** The path of the first page with these values chosen instead. */
  buildPath: (values: string[]) => string;
};

const MAX_CURSOR = 2000;

/** Reads and writes the address of the users table for a table of filters. */
export function createUsersCodec<Values>(filters: { [Name in keyof Values]: Filter<Values[Name]> }) {
  type Query = Values & UsersView;
  const names = listNames(filters);

  function parseFilters(search: URLSearchParams): Values {
    const values = names.map((name) => {
      const { param, codec } = filters[name];
      return [name, codec.parse(search.getAll(param))] as const;
    });
    return Object.fromEntries(values) as Values; // each value was parsed by the codec of its filter just now
  }

  const parseUnknown = (search: URLSearchParams): UnknownValue[] =>
    names.flatMap((name) => {
      const { param, codec, menu } = filters[name];
      const label = menu?.label ?? param;
      return listUnknown(codec, search.getAll(param)).map((value) => ({ param, value, label }));
    });

  const buildFilter = (query: Values, name: (typeof names)[number]): [string, string][] => {
    const { param, codec } = filters[name];
    return codec.build(query[name]).map((value) => [param, value]);
  };

  const buildFilters = (query: Query): [string, string][] => [
    ...names.flatMap((name) => buildFilter(query, name)),
    ...query.unknown.map(({ param, value }): [string, string] => [param, value]),
  ];

  const codec = {
    /** Drops parameters that are not known, and keeps values that are not, to say so. The result is canonical: two addresses of the same view give equal queries. */
    parse(search: URLSearchParams): Query {
      const sort = search.get("sort") ?? "";
      const name = sort.replace(/^-/, "");
      const known = SORTS.find((one) => one === name);
      return {
        ...parseFilters(search),
        unknown: parseUnknown(search),
        sort: known ?? "severity",
        reversed: known !== undefined && sort.startsWith("-"),
        page: parsePage(search),
      };
    },

    /** `parse` reads it back. Empty for all users in the usual order. */
    build(query: Query): URLSearchParams {
      const search = new URLSearchParams(buildFilters(query));
      if (query.sort !== "severity" || query.reversed)
        search.set("sort", query.reversed ? `-${query.sort}` : query.sort);
      if (query.page) search.set(query.page.side, query.page.cursor);
      return search;
    },

    /** Whether a filter is set. */
    isFiltered: (query: Query): boolean => buildFilters(query).length > 0,

    /** Is there a filter of which nothing is known? All users would not be what was asked for, so none are. */
    hasDeadFilter: (query: Query): boolean =>
      names.some(
        (name) =>
          query.unknown.some(({ param }) => param === filters[name].param) &&
          buildFilter(query, name).length === 0,
      ),

    /** The filters of the filter bar, in their order. */
    listFilterChoices: (query: Query): FilterChoice[] =>
      names.flatMap((name) => {
        const { param, menu } = filters[name];
        if (menu === null) return [];
        const search = codec.build({ ...query, page: null });
        const buildPath = (values: string[]) => {
          const others = [...search].filter(([key]) => key !== param);
          const chosen = values.map((value) => [param, value]);
          return toUsersPath(codec.build(codec.parse(new URLSearchParams([...others, ...chosen]))));
        };
        return [{ ...menu, name, chosen: buildFilter(query, name).map(([, value]) => value), buildPath }];
      }),
  };
  return codec;
}

const usersCodec = createUsersCodec(FILTERS);
export const parseUsersQuery = usersCodec.parse;
export const buildUsersSearch = usersCodec.build;
export const isFiltered = usersCodec.isFiltered;
export const hasDeadFilter = usersCodec.hasDeadFilter;
export const listFilterChoices = usersCodec.listFilterChoices;

/** All users in the usual order, the first page. */
export const EMPTY_QUERY: UsersQuery = parseUsersQuery(new URLSearchParams());

/** The path of a view after a change; every change except one of the page leads to the first page. */
export function usersPath(query: UsersQuery, change: Partial<UsersQuery> = {}): string {
  return toUsersPath(buildUsersSearch({ ...query, page: null, ...change }));
}

function toUsersPath(search: URLSearchParams): string {
  const text = search.toString();
  return text === "" ? "/users" : `/users?${text}`;
}

/** One or two letters occur nearly everywhere and no index finds them, so they match the beginning of words only. */
export const isShortSearch = ({ q }: Pick<UsersQuery, "q">): boolean => q !== "" && [...q].length <= 2;

/** Newest mismatch first: users that have none are not in the list, because they would all come first. */
export const hidesUsersWithoutSince = ({ sort, reversed }: Pick<UsersQuery, "sort" | "reversed">): boolean =>
  sort === "since" && reversed;

function parsePage(search: URLSearchParams): UsersView["page"] {
  for (const side of ["after", "before"] as const) {
    const cursor = search.get(side);
    if (cursor) return { side, cursor: cursor.slice(0, MAX_CURSOR) };
  }
  return null;
}
