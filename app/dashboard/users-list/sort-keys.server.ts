import { VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";
import { SEVERITY_RANK } from "~/billing/verdicts/severity";
import { type Sql, sql } from "~/platform/sql.server";
import type { Sort } from "./columns";
import type { KeyValue } from "./cursor.server";

/**
 * One key of a sort. All keys of a sort have the same direction, and none is ever null, so the place where a page begins is
 * one range of one index in both directions.
 */
export type SortKey = {
  /** Over `u` (User) and `s` (SyncStatus), written exactly as in the index. */
  value: Sql;
  /** The value of users without a sync status, as a cursor keeps it; undefined for a key over `u`. */
  withoutStatus?: KeyValue;
  /** The value as a cursor keeps it. */
  toCursor: (value: Sql) => Sql;
  /** Reads the value from a cursor; null when it cannot be a value of this key. */
  fromCursor: (kept: KeyValue) => Sql | null;
  /** Few users share a value and the index does not continue by id: users with the same value are sorted separately. */
  nearlyUnique?: true;
  /** The value from a cursor as a number in the same order: for keys that many users share. */
  rank: (kept: KeyValue) => number;
};

const wholeNumber = {
  toCursor: (value: Sql) => sql`(${value})::float8`,
  fromCursor: (kept: KeyValue) => (Number.isSafeInteger(kept) ? sql`${kept}::bigint` : null),
  rank: Number,
};

/** The last millisecond of the year 9999: both PostgreSQL and JavaScript can express it. */
const LAST_MILLISECOND = 253_402_300_799_999;

/** `missing` stands for no time, and sorts like `missingRank`. */
const createTimeKey = (missing: Sql, missingRank: number) => ({
  withoutStatus: null,
  toCursor: (value: Sql) =>
    sql`CASE WHEN isfinite(${value}) THEN (extract(epoch FROM ${value}) * 1000)::float8 END`,
  fromCursor: (kept: KeyValue) => {
    if (kept === null) return missing;
    const fits = Number.isSafeInteger(kept) && Math.abs(Number(kept)) <= LAST_MILLISECOND;
    return fits ? sql`to_timestamp(${kept}::float8 / 1000)` : null;
  },
  rank: (kept: KeyValue) => (kept === null ? missingRank : Number(kept)),
});

const text = {
  toCursor: (value: Sql) => value,
  fromCursor: (kept: KeyValue) => (typeof kept === "string" ? sql`${kept}::text` : null),
  /** Only whether it is empty: no part of the list has another fixed text. */
  rank: (kept: KeyValue) => (kept === "" ? 0 : 1),
};

const endOfTime = sql`'infinity'::timestamptz`;
const startOfTime = sql`'-infinity'::timestamptz`;

const severity: SortKey = {
  ...wholeNumber,
  value: sql`(- s."severity")`,
  withoutStatus: -SEVERITY_RANK[VERDICT_CATALOGUE.not_checked.severity],
};
const since: SortKey = {
  ...createTimeKey(endOfTime, Number.POSITIVE_INFINITY),
  value: sql`coalesce(s."since", ${endOfTime})`,
};
/** When a user was last completely read, as in the index: users that were never read come first. */
export const OBSERVED = sql`coalesce(s."observedAt", ${startOfTime})`;
const checked: SortKey = { ...createTimeKey(startOfTime, Number.NEGATIVE_INFINITY), value: OBSERVED };
const email: SortKey = { ...text, value: sql`u."email"`, nearlyUnique: true };
const hasNoName: SortKey = { ...wholeNumber, value: sql`(u."name" IS NULL)::int` };
const name: SortKey = { ...text, value: sql`coalesce(u."name", '')` };
const hasNoMoney: SortKey = {
  ...wholeNumber,
  value: sql`(s."moneyPerMonth" IS NULL)::int`,
  withoutStatus: 1,
};
/** Amounts are compared within one currency only. */
const currency: SortKey = { ...text, value: sql`coalesce(s."moneyCurrency", '')`, withoutStatus: "" };
const money: SortKey = { ...wholeNumber, value: sql`(- coalesce(s."moneyPerMonth", 0))`, withoutStatus: 0 };

/** Highest severity first, then longest; never checked before checked long ago; highest amount first; no name last. */
export const SORT_KEYS: Record<Sort, readonly SortKey[]> = {
  severity: [severity, since],
  since: [since],
  email: [email],
  name: [hasNoName, name],
  checked: [checked],
  money: [hasNoMoney, currency, money],
};

/** Sorts that follow an index of the application's users table, whether a user has a sync status or not. */
export const SORTS_BY_USER: ReadonlySet<Sort> = new Set(["email", "name"]);
