import { VERDICT_CATALOGUE, VERDICTS, type Verdict } from "~/billing/verdicts/catalogue";
import { FLAG_CATALOGUE, FLAGS, type Flag } from "~/billing/verdicts/flags";
import { CAUSE_CATALOGUE, CAUSES, type Cause } from "~/dashboard/health/causes";
import { addDays, type DayRange } from "~/dashboard/health/trend";
import { LISTED_QUEUES, type ListedQueue } from "~/dashboard/inbox/queues";

// The filters of the users table, as far as the browser needs them. To add one, add an entry here and its SQL in
// `filter-conditions.server.ts`; the address, the filter bar and the list follow from these two.

/** How the value of a filter is written in the address. */
export type Codec<Value> = {
  /** `values`: all values of the parameter in the address. Only known ones are taken; without values the filter is off. */
  parse(values: string[]): Value;
  /** Empty when the filter is off. */
  build(value: Value): string[];
};

/** How the filter bar shows a filter. */
export type FilterMenu = {
  label: string;
  /** The values to choose from. `plans`: the ids of all plans. */
  options: readonly string[] | "plans";
  /** What an option is called where it is not called by its value. */
  labels?: Readonly<Record<string, string>>;
  choose: "one" | "many";
};

export type Filter<Value> = {
  /** Its parameter in the address. */
  param: string;
  codec: Codec<Value>;
  /** Null for a filter that is set elsewhere than in the filter bar. */
  menu: FilterMenu | null;
};

export type Filters = Record<string, Filter<unknown>>;

/** The values of all filters by the filters' names. */
export type FilterValues<Table extends Filters> = {
  [Name in keyof Table]: Table[Name] extends { codec: Codec<infer Value> } ? Value : never;
};

/** When a user was last completely read: never, more than 24 hours ago, within an hour, within 24 hours. */
export const CHECKED = ["never", "stale", "hour", "day"] as const;

export type Checked = (typeof CHECKED)[number];

/** In the filters by plan and by Stripe status: users that have none. */
export const NONE = "none";

/** The documented statuses. Stripe may add others; such users have the verdict "unknown status". */
const STRIPE_STATUSES = [
  "active",
  "trialing",
  "past_due",
  "unpaid",
  "paused",
  "canceled",
  "incomplete",
  "incomplete_expired",
];

const MAX_LENGTH = 200;
const MAX_CHOICES = 50;

/**
 * What a person pastes names what they mean: the id in an address of Stripe's dashboard, the email address in “Ada <ada@example.com>”
 * or in a link of a helpdesk.
 */
function readPasted(text: string): string {
  const [, id] = /^https?:\/\/\S*\/((?:cus|sub|in)_\w+)/.exec(text) ?? [];
  const [, address] = /(?:^mailto:|<)([^\s<>?]+@[^\s<>?]+)/i.exec(text) ?? [];
  return id ?? address ?? text;
}

const textCodec: Codec<string> = {
  parse: ([value = ""]) => readPasted(cleanText(value)),
  build: (value) => (value === "" ? [] : [value]),
};

const switchCodec: Codec<boolean> = {
  parse: (values) => values.includes("1"),
  build: (value) => (value ? ["1"] : []),
};

/** A day that exists, in a year that PostgreSQL knows. */
const isDay = (text: string | undefined): text is string =>
  /^[1-9]\d{3}-\d\d-\d\d$/.test(text ?? "") && addDays(text ?? "", 0) === text;

/** `2026-11-23..2026-11-30`; the second day is not in it. */
const rangeCodec: Codec<DayRange | null> = {
  parse(values) {
    for (const value of [...values].sort()) {
      const [from, to, ...rest] = value.split("..");
      if (isDay(from) && isDay(to) && from < to && rest.length === 0) return { from, to };
    }
    return null;
  },
  build: (range) => (range === null ? [] : [`${range.from}..${range.to}`]),
};

/** Any values; sorted, so that a view has one address. */
const textsCodec: Codec<string[]> = {
  parse: (values) => [...new Set(values.map(cleanText))].filter(Boolean).sort().slice(0, MAX_CHOICES),
  build: (values) => values,
};

const createChoicesCodec = <Choice extends string>(choices: readonly Choice[]): Codec<Choice[]> => ({
  parse: (values) => choices.filter((choice) => values.includes(choice)),
  build: (values) => values,
});

const createChoiceCodec = <Choice extends string>(choices: readonly Choice[]): Codec<Choice | null> => ({
  parse: (values) => choices.find((choice) => values.includes(choice)) ?? null,
  build: (value) => (value === null ? [] : [value]),
});

const pickLabels = (catalogue: Record<string, { label: string }>): Record<string, string> =>
  Object.fromEntries(Object.entries(catalogue).map(([value, { label }]) => [value, label]));

/** The filters by their names in `UsersQuery`, in the order of the address and of the filter bar. */
export const FILTERS = {
  /** Part of an email address or name, or a whole `cus_…`, `sub_…` or user id; empty for all users. */
  q: { param: "q", codec: textCodec, menu: null },
  verdicts: {
    param: "verdict",
    codec: createChoicesCodec<Verdict>(VERDICTS),
    menu: { label: "Sync status", options: VERDICTS, labels: pickLabels(VERDICT_CATALOGUE), choose: "many" },
  },
  /** Users who wait in a queue of the Inbox: without those that staff set aside. */
  queue: { param: "queue", codec: createChoiceCodec<ListedQueue>(LISTED_QUEUES), menu: null },
  flags: {
    param: "flag",
    codec: createChoicesCodec<Flag>(FLAGS),
    menu: { label: "Flags", options: FLAGS, labels: pickLabels(FLAG_CATALOGUE), choose: "many" },
  },
  /** Plan ids; `none` for users without a plan. */
  plans: {
    param: "plan",
    codec: textsCodec,
    menu: { label: "Plan", options: "plans", labels: { [NONE]: "No plan" }, choose: "many" },
  },
  /** Statuses as Stripe writes them; `none` for users without a subscription that counts. */
  statuses: {
    param: "status",
    codec: textsCodec,
    menu: {
      label: "Stripe status",
      options: [...STRIPE_STATUSES, NONE],
      labels: { [NONE]: "No subscription" },
      choose: "many",
    },
  },
  checked: {
    param: "checked",
    codec: createChoiceCodec<Checked>(CHECKED),
    menu: {
      label: "Last checked",
      options: CHECKED,
      labels: {
        never: "Never",
        stale: "More than 24 hours ago",
        hour: "In the last hour",
        day: "In the last 24 hours",
      },
      choose: "one",
    },
  },
  /** Why users come apart from Stripe; the page Health counts them. */
  causes: {
    param: "cause",
    codec: createChoicesCodec<Cause>(CAUSES),
    menu: { label: "Cause", options: CAUSES, labels: pickLabels(CAUSE_CATALOGUE), choose: "many" },
  },
  /** Users whose mismatch is open and was found, or changed last, in these days (UTC). */
  found: { param: "found", codec: rangeCodec, menu: null },
  /** Only users whose repair is due and blocked. */
  blocked: { param: "blocked", codec: switchCodec, menu: null },
} satisfies Filters;

export type FilterName = keyof typeof FILTERS;

/** The keys of a table that is written out in the code. */
export const listNames = <Table extends object>(table: Table) =>
  Object.keys(table) as (keyof Table & string)[];

/** The values that the filter does not know, each once. Where all are, the filter says nothing of what was meant. */
export function listUnknown<Value>({ parse, build }: Codec<Value>, values: string[]): string[] {
  const unknown = values.map(cleanText).filter((value) => value !== "" && build(parse([value])).length === 0);
  return [...new Set(unknown)].sort().slice(0, MAX_CHOICES);
}

/** Replaces control characters, because PostgreSQL stores no NUL, and removes spaces at both ends. */
function cleanText(text: string): string {
  const printable = text.replace(/\p{Cc}/gu, " ").trim();
  return [...printable].slice(0, MAX_LENGTH).join("").trim();
}
