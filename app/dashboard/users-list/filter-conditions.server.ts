import type { Verdict } from "~/billing/verdicts/catalogue";
import { type Flag, STALE_AFTER_SECONDS } from "~/billing/verdicts/flags";
import { hasCause, hasCauseOneByOne } from "~/dashboard/health/cause-conditions.server";
import { isFoundIn } from "~/dashboard/health/trend.server";
import { isWaitingIn } from "~/dashboard/inbox/queue-conditions.server";
import { join, type Sql, sql } from "~/platform/sql.server";
import { type FILTERS, type FilterValues, NONE } from "./filters";
import { OBSERVED } from "./sort-keys.server";
import { isShortSearch } from "./users-query";
import type { UsersWithoutStatus } from "./users-without-status.server";

/** What is looked up before the SQL of a query is built. */
export type Facts = {
  /** Ids of the users that a Stripe id or a workspace finds; null when the search is an ordinary text. */
  matchingIds: string[] | null;
  usersWithoutStatus: UsersWithoutStatus;
  /** Seconds since a run last covered all users; null before the first run. */
  coveredAgo: number | null;
};

/** What a filter asks, over `u` (User) and `s` (SyncStatus). All conditions must hold. */
export type FilterCondition = {
  /** On `u`. Only the columns of `USER_COLUMNS`. */
  user?: Sql[];
  /** On `s`. */
  syncStatus?: Sql[];
  /** The same on `s`, for each entry of an index that is scanned; only where it differs from `syncStatus`. */
  scanned?: Sql[];
  /** What is asked, besides `user`, of a user `u` that has no sync status; null: such a user never matches. */
  withoutStatus: Sql[] | null;
} & Partial<IndexedValues>;

/** Chosen values for which the list follows an index of its own (see `list-parts` and `candidates`). */
export type IndexedValues = {
  verdicts: Verdict[];
  /** As in `STATUS`. Each needs its condition in `syncStatus` too. */
  statuses: string[];
  /** Plan ids, without `none`. */
  plans: string[];
  /** Conditions over `u` and `s`; one of them must hold. Empty: nothing is asked. */
  planAlternatives: Sql[];
};

export type ServerFilter<Value> = {
  /** The index of PostgreSQL that finds users by a rare value; `plans.test.ts` checks that it is used. */
  index: string;
  /** Called only when the filter is set. */
  buildCondition(value: Value, facts: Facts): FilterCondition;
};

export type ServerFilters<Values> = { [Name in keyof Values]: ServerFilter<Values[Name]> };

/** Stripe's status as in its index, and the condition of that partial index: it leaves out the most common status. */
export const STATUS = sql`coalesce(s."stripeStatus", '')`;
export const RARE_STATUS = sql`s."stripeStatus" IS DISTINCT FROM 'active'`;

/** The SQL of each filter in `FILTERS`. */
export const SERVER_FILTERS: ServerFilters<FilterValues<typeof FILTERS>> = {
  q: {
    index: "User_search",
    buildCondition: (q, { matchingIds }) => ({
      user: [matchingIds ? sql`u."id" = ANY(${matchingIds}::text[])` : matchSearch(q)],
      withoutStatus: [],
    }),
  },
  verdicts: {
    index: "SyncStatus_by_verdict",
    buildCondition: (verdicts) => ({
      verdicts,
      withoutStatus: verdicts.includes("not_checked") ? [] : null,
    }),
  },
  queue: {
    index: "SyncStatus_by_verdict",
    buildCondition: (queue) => ({
      syncStatus: queue === null ? [] : [isWaitingIn(queue)],
      withoutStatus: null,
    }),
  },
  flags: {
    index: "SyncStatus_flags",
    buildCondition: (flags, { coveredAgo }) => ({
      syncStatus: [matchFlags(flags, coveredAgo)],
      withoutStatus: null,
    }),
  },
  causes: {
    index: "SyncStatus_pkey",
    buildCondition: (causes) => ({
      syncStatus: [hasCause(causes)],
      scanned: [hasCauseOneByOne(causes)],
      withoutStatus: null,
    }),
  },
  found: {
    index: "SyncStatus_open",
    buildCondition: (range) => ({
      syncStatus: range === null ? [] : [isFoundIn(range)],
      withoutStatus: null,
    }),
  },
  blocked: {
    index: "SyncStatus_blocked",
    buildCondition: () => ({ syncStatus: [sql`s."blocked" IS NOT NULL`], withoutStatus: null }),
  },
  plans: {
    index: "User_plan",
    buildCondition: matchPlans,
  },
  statuses: {
    index: "SyncStatus_by_status",
    buildCondition(chosen) {
      const statuses = chosen.map((status) => (status === NONE ? "" : status));
      const isChosen = sql`${STATUS} = ANY(${statuses}::text[])`;
      return {
        statuses,
        syncStatus: [chosen.includes("active") ? isChosen : sql`(${isChosen} AND ${RARE_STATUS})`],
        withoutStatus: chosen.includes(NONE) ? [] : null,
      };
    },
  },
  checked: {
    index: "SyncStatus_by_checked",
    buildCondition(checked, { coveredAgo }) {
      switch (checked) {
        case "never":
          return { syncStatus: [sql`${OBSERVED} = '-infinity'`], withoutStatus: [] };
        case "hour":
          return { syncStatus: [matchCheckedWithin(HOUR, coveredAgo)], withoutStatus: null };
        case "day":
          return { syncStatus: [matchCheckedWithin(24 * HOUR, coveredAgo)], withoutStatus: null };
        case "stale":
          return { syncStatus: [matchStale(coveredAgo)], withoutStatus: null };
        case null:
          return { withoutStatus: [] };
      }
    },
  },
};

const HOUR = 3_600;
/** Users that were completely read at least once. */
const IS_OBSERVED = sql`${OBSERVED} > '-infinity'`;

/** A run covers all observed users, and writes no row for users in sync: the time of the run counts for them. */
function matchCheckedWithin(seconds: number, coveredAgo: number | null): Sql {
  if (coveredAgo !== null && coveredAgo <= seconds) return IS_OBSERVED;
  return sql`${OBSERVED} >= now() - make_interval(secs => ${seconds}::int)`;
}

function matchStale(coveredAgo: number | null): Sql {
  if (coveredAgo !== null && coveredAgo <= STALE_AFTER_SECONDS) return sql`false`;
  return sql`(${OBSERVED} < now() - make_interval(secs => ${STALE_AFTER_SECONDS}::int) AND ${IS_OBSERVED})`;
}

/** The flag `stale` depends on the clock, and is in no row. */
function matchFlags(flags: readonly Flag[], coveredAgo: number | null): Sql {
  const stored = flags.filter((flag) => flag !== "stale");
  // The second condition changes nothing in the result: with it PostgreSQL can use the partial index on flags.
  const hasStored = sql`(s."flags" && ${stored}::text[] AND s."flags" <> '{}')`;
  if (stored.length === flags.length) return hasStored;
  return stored.length === 0 ? matchStale(coveredAgo) : sql`(${hasStored} OR ${matchStale(coveredAgo)})`;
}

/** A user matches by the recorded plan or by the plan of the subscription. */
function matchPlans(chosen: string[]): FilterCondition {
  const plans = chosen.filter((plan) => plan !== NONE);
  const isRecorded = sql`u."plan" = ANY(${plans}::text[])`;
  return {
    plans,
    planAlternatives: [
      ...(plans.length > 0 ? [sql`s."stripePlan" = ANY(${plans}::text[])`, isRecorded] : []),
      ...(chosen.includes(NONE) ? [sql`(s."stripePlan" IS NULL AND u."plan" IS NULL)`] : []),
    ],
    withoutStatus: [chosen.includes(NONE) ? sql`(u."plan" IS NULL OR ${isRecorded})` : isRecorded],
  };
}

/**
 * Email address and name of `u` as one text, as in the trigram index. A search contains no line break, so it matches
 * inside one of the two and never across them.
 */
const TEXT = sql`(u."email" || E'\n' || coalesce(u."name", ''))`;

/**
 * Whether `u` matches a search: the whole id, or all words of it in any order, each a part of the email address or name. A word of
 * one or two letters matches the beginning of the address or of a word of the name.
 */
function matchSearch(q: string): Sql {
  const words = q.split(/[\s,;]+/).filter(Boolean);
  const matches = (words.length === 0 ? [q] : words).slice(0, MOST_WORDS).map(matchWord);
  return sql`((${join(matches, " AND ")}) OR u."id" = ${q})`;
}

const MOST_WORDS = 8;

function matchWord(word: string): Sql {
  const literal = word.replace(/[\\%_]/g, "\\$&");
  const patterns = isShortSearch({ q: word })
    ? [`${literal}%`, `%\n${literal}%`, `% ${literal}%`]
    : [`%${literal}%`];
  return sql`(${join(
    patterns.map((pattern) => sql`${TEXT} ILIKE ${pattern}`),
    " OR ",
  )})`;
}
