import { SEVERITY_OF, SEVERITY_RANK } from "~/billing/verdicts";
import { type Sql, sql } from "~/platform/sql.server";
import type { Sort } from "./columns";
import type { KeyValue } from "./cursor.server";

/**
 * One key of an order. All keys of a sort point the same way, and none is ever null: so one comparison of rows finds
 * where a page begins, in either direction, by one range of one index. `value` is written as the index has it.
 */
export type Key = {
  /** Over `u` (User) and `s` (Standing). */
  value: Sql;
  /** The same for every user without a Standing, as it is kept in a cursor; undefined for a key over `u`. */
  unevaluated?: KeyValue;
  /** As it is kept in a cursor. */
  kept: (value: Sql) => Sql;
  /** Out of a cursor again; null when it cannot be one of this key. */
  bound: (kept: KeyValue) => Sql | null;
  /** Nearly everybody has another one, and its index does not go on by id: those who share one are put in order alone. */
  nearlyUnique?: true;
  /** A kept value as a number that orders like it: for keys that are the same for many users. */
  rank: (kept: KeyValue) => number;
};

const whole = {
  kept: (value: Sql) => sql`(${value})::float8`,
  bound: (kept: KeyValue) => (Number.isSafeInteger(kept) ? sql`${kept}::bigint` : null),
  rank: Number,
};

/** The last millisecond of the year 9999: what PostgreSQL and JavaScript both understand. */
const LAST_MILLISECOND = 253_402_300_799_999;

const moment = (missing: Sql, missingRank: number) => ({
  unevaluated: null,
  kept: (value: Sql) =>
    sql`CASE WHEN isfinite(${value}) THEN (extract(epoch FROM ${value}) * 1000)::float8 END`,
  bound: (kept: KeyValue) => {
    if (kept === null) return missing;
    const fits = Number.isSafeInteger(kept) && Math.abs(Number(kept)) <= LAST_MILLISECOND;
    return fits ? sql`to_timestamp(${kept}::float8 / 1000)` : null;
  },
  rank: (kept: KeyValue) => (kept === null ? missingRank : Number(kept)),
});

const text = {
  kept: (value: Sql) => value,
  bound: (kept: KeyValue) => (typeof kept === "string" ? sql`${kept}::text` : null),
  /** Only whether it is empty: nothing more is asked of it. */
  rank: (kept: KeyValue) => (kept === "" ? 0 : 1),
};

const never = sql`'infinity'::timestamptz`;
const always = sql`'-infinity'::timestamptz`;

const severity: Key = {
  ...whole,
  value: sql`(- s."severity")`,
  unevaluated: -SEVERITY_RANK[SEVERITY_OF.not_checked],
};
const since: Key = {
  ...moment(never, Number.POSITIVE_INFINITY),
  value: sql`coalesce(s."since", ${never})`,
};
/** When a user was last completely read, as the index has it: before everything when never. */
export const OBSERVED = sql`coalesce(s."observedAt", ${always})`;
const checked: Key = { ...moment(always, Number.NEGATIVE_INFINITY), value: OBSERVED };
const email: Key = { ...text, value: sql`u."email"`, nearlyUnique: true };
const nameless: Key = { ...whole, value: sql`(u."name" IS NULL)::int` };
const name: Key = { ...text, value: sql`coalesce(u."name", '')` };
const moneyless: Key = { ...whole, value: sql`(s."moneyPerMonth" IS NULL)::int`, unevaluated: 1 };
/** Currencies stand apart: a hundred yen is not a hundred dollars. */
const currency: Key = { ...text, value: sql`coalesce(s."moneyCurrency", '')`, unevaluated: "" };
const money: Key = { ...whole, value: sql`(- coalesce(s."moneyPerMonth", 0))`, unevaluated: 0 };

/** Worst first and longest first; never checked before long ago; the most money first; no name last. */
export const ORDERS: Record<Sort, readonly Key[]> = {
  severity: [severity, since],
  since: [since],
  email: [email],
  name: [nameless, name],
  checked: [checked],
  money: [moneyless, currency, money],
};

/** Sorts that follow the application's table, whoever has been evaluated. */
export const BY_USER: ReadonlySet<Sort> = new Set(["email", "name"]);
