import type { CatalogColumn, ColumnKind } from "~/mapping/catalog.server";
import type { FileFieldName } from "~/mapping/file-fields";
import type { ColumnPlace } from "~/mapping/places";
import { TIME_FORMATS, type TimeFormat } from "~/mapping/places";
import { areStatuses, type SeenValues, type ValueClass } from "../scan/classify";
import type { FoundValue, ScannedTable } from "../scan/scan-database.server";
import { listHeld, type OwnerRole, type Roles } from "./find-tables";
import { isAboutBilling, isTime, toBareName, toSnake, VERIFIED } from "./names";

/** A place that was found, and what speaks for it. */
export type FoundPlace = {
  place: ColumnPlace;
  table: ScannedTable;
  values: SeenValues;
  /** For the comment in the file. */
  reason: string;
  isSure: boolean;
};
export type FoundPlaces = Partial<Record<FileFieldName, FoundPlace>>;

/** A column, or a place in a column of JSON. */
type Candidate = {
  alias: string;
  table: ScannedTable;
  column: CatalogColumn;
  path: string[];
  values: SeenValues;
  isOwner: boolean;
};

/** Where the fields stand for one kind of owners, by the values and then by the names. */
export function findPlaces(roles: Roles, owner: OwnerRole): FoundPlaces {
  const sides = [roles.subscriptions, roles.customers].flatMap((side) => (side ? [side] : []));
  const own = listCandidates(owner.as, owner.table, true);
  const beside = sides.flatMap(({ alias, table }) => listCandidates(alias, table, false));
  const found: FoundPlaces = {};
  const put = (name: FileFieldName, place: FoundPlace | undefined) => {
    if (place) found[name] = place;
  };
  for (const [name, wanted] of [
    ["customer", "customer"],
    ["subscription", "subscription"],
    ["price", "price"],
    ["product", "product"],
  ] as const) {
    const all = name === "customer" ? [...own, ...beside.toReversed()] : [...beside, ...own];
    put(name, findByClass(all, wanted));
  }
  const ofSubscription = beside.filter(({ alias }) => alias === "subscriptions");
  if (found.customer && found.customer.place.alias !== "subscriptions")
    put(
      "subscriptionCustomer",
      findByClass(
        // Where the customer's id is the owner's key, the row belongs to the owner by it already.
        ofSubscription.filter(({ column }) => column.name !== roles.subscriptions?.owner),
        "customer",
      ),
    );
  for (const [name, second] of TWICE) {
    const onOwner = findField(
      own.filter(({ column }) => isAboutBilling(column.name)),
      name,
    );
    const onSubscription = findField(ofSubscription, name) ?? findField(beside, name);
    const first =
      onOwner ??
      onSubscription ??
      (found.subscription?.place.alias === owner.as ? findField(own, name) : undefined);
    put(name, first);
    if (onOwner && onSubscription?.place.alias === "subscriptions") put(second, onSubscription);
  }
  const billing = ofSubscription.length > 0 ? ofSubscription : own;
  for (const name of DETAILS) {
    const usable = name === "created" || name === "quantity" || name === "endsAt" ? ofSubscription : billing;
    if (found.subscription) put(name, findField(usable, name));
  }
  for (const name of ["name", "emailVerified", "createdAt", "updatedAt"] as const)
    put(name, findField(own, name));
  put("email", findEmail(own));
  if (found.endsAt && found.periodEnd?.place.column === found.endsAt.place.column) found.endsAt = undefined;
  return found;
}

/** Fields that an application may keep at the owner and at the subscription as well. */
const TWICE = [
  ["status", "subscriptionStatus"],
  ["plan", "subscriptionPlan"],
  ["periodEnd", "subscriptionPeriodEnd"],
  ["cancelAtPeriodEnd", "subscriptionCancelAtPeriodEnd"],
] as const;

const DETAILS = [
  ...(["periodStart", "quantity", "amount", "interval", "currency", "created"] as const),
  ...(["cancelAt", "canceledAt", "endedAt", "endsAt"] as const),
];

function listCandidates(alias: string, table: ScannedTable, isOwner: boolean): Candidate[] {
  return table.columns.flatMap((column): Candidate[] => {
    if (!column.canSelect) return [];
    const sample = table.samples[column.name];
    const one = { alias, table, column, isOwner };
    if (sample?.paths) return sample.paths.map(({ path, values }) => ({ ...one, path, values }));
    return [{ ...one, path: [], values: sample?.values ?? [] }];
  });
}

const isAt = (one: Candidate, table: ScannedTable, { column, path }: FoundValue): boolean =>
  one.table === table && one.column.name === column && String(one.path) === String(path);

function findByClass(candidates: readonly Candidate[], wanted: ValueClass): FoundPlace | undefined {
  for (const { alias, table } of candidates) {
    const found = [...table.found, ...listHeld(table)]
      .filter((one) => one.class === wanted && candidates.some((given) => isAt(given, table, one)))
      .sort((a, b) => b.matching - a.matching)[0];
    if (!found) continue;
    const candidate = candidates.find((one) => isAt(one, table, found));
    const reason =
      found.seen > 0
        ? `${found.matching} of ${found.seen} values ${wanted === "status" ? "are words for a status" : `begin with ${PREFIXES[wanted] ?? "?"}`}`
        : "by its name: the column has no values";
    return {
      place: { alias, column: found.column, path: found.path },
      ...{ table, values: candidate?.values ?? [], reason, isSure: found.seen > 0 },
    };
  }
  return undefined;
}

const PREFIXES: Partial<Record<ValueClass, string>> = {
  ...{ customer: "cus_", subscription: "sub_", price: "price_", product: "prod_" },
};

type Rule = { names: RegExp; kinds: readonly ColumnKind[]; is?: (candidate: Candidate) => boolean };

const TEXTS: readonly ColumnKind[] = ["text", "enum"];
const TIMES: readonly ColumnKind[] = ["timestamptz", "timestamp", "date"];
const hasClass = ({ table, column, path }: Candidate, ...classes: ValueClass[]): boolean =>
  table.found.some(
    (one) => one.column === column.name && String(one.path) === String(path) && classes.includes(one.class),
  );

/** An enum of the application's code, kept as its number: what the numbers mean is learned from Stripe. */
const isNumber = ({ column }: Candidate): boolean => column.kind === "integer";

const RULES: Partial<Record<FileFieldName, Rule>> = {
  status: {
    names: /^(status|state)$/,
    kinds: [...TEXTS, "integer"],
    is: (one) =>
      isNumber(one)
        ? !one.isOwner || isAboutBilling(one.column.name)
        : hasClass(one, "status") || areStatuses(one.values) || isNamedStatus(one),
  },
  plan: {
    names: /^(plan|tier|plan_(name|key|slug|type|code|id)|product_name|package)$/,
    kinds: [...TEXTS, "integer"],
    is: (one) =>
      isNumber(one)
        ? /^(plan|tier)$/.test(toBareName(one.column.name))
        : !hasClass(one, "customer", "subscription", "price", "product", "status"),
  },
  periodEnd: {
    names:
      /^(current_)?(period_ends?(_at|_on|_date)?|renews_at|expires_at|expiry_date|valid_until|paid_until|paid_through)$/,
    kinds: TIMES,
  },
  cancelAtPeriodEnd: {
    names: /^(cancel_at_(period_)?end|cancels_at_period_end|cancel_scheduled)$/,
    kinds: ["boolean"],
  },
  periodStart: { names: /^(current_)?period_start(s_at|_at|_date)?$/, kinds: TIMES },
  quantity: { names: /^(quantity|seats)$/, kinds: ["integer"] },
  interval: {
    names: /^(interval|billing_interval|period|cycle)$/,
    kinds: TEXTS,
    is: ({ values }) => values.length > 0 && values.every(([value]) => /^(day|week|month|year)$/.test(value)),
  },
  currency: {
    names: /^currency(_code)?$/,
    kinds: TEXTS,
    is: ({ values }) => values.every(([value]) => /^[a-z]{3}$/.test(value)),
  },
  // Only a name that says so: other amounts may be whole units of the currency.
  amount: { names: /^(unit_)?(amount|price)(_in)?_cents$/, kinds: ["integer"] },
  created: { names: /^created$/, kinds: TIMES },
  cancelAt: { names: /^cancels?_at$/, kinds: TIMES },
  canceledAt: { names: /^cancell?ed_at$/, kinds: TIMES },
  endedAt: { names: /^ended_at$/, kinds: TIMES },
  endsAt: { names: /^ends_at$/, kinds: TIMES },
  name: { names: /^((full|display|company)_?)?name$/, kinds: ["text"] },
  emailVerified: {
    names: VERIFIED,
    kinds: ["boolean", ...TIMES],
  },
  createdAt: { names: /^(created_?(at|on)|inserted_at|date_joined)$/, kinds: TIMES },
  updatedAt: { names: /^(updated_?(at|on)|modified_at)$/, kinds: TIMES },
};

/** A column that calls itself the status of a subscription may hold any words. */
const isNamedStatus = ({ column, path, values }: Candidate): boolean =>
  isAboutBilling(path.at(-1) ?? column.name) && values.length <= MOST_WORDS;
const MOST_WORDS = 20;

const SHOWN_WORDS: readonly FileFieldName[] = ["status", "plan", "interval", "currency"];

/** Whose full name counts, not the name without `stripe_` and the like. */
const WHOLE_NAMES: readonly FileFieldName[] = ["name", "emailVerified", "createdAt", "updatedAt"];

function findField(candidates: readonly Candidate[], name: FileFieldName): FoundPlace | undefined {
  const rule = RULES[name];
  if (!rule) return undefined;
  const fitting = candidates.flatMap((candidate) => {
    const last = candidate.path.at(-1) ?? candidate.column.name;
    const whole = WHOLE_NAMES.includes(name) ? toSnake(last) : toBareName(last);
    const shown = whole.replace(/_utc$/, "");
    if (!rule.names.test(shown) && !(name === "status" && hasClass(candidate, "status"))) return [];
    const found = toPlace(candidate, rule, name);
    return found ? [found] : [];
  });
  return fitting.find(({ isSure }) => isSure) ?? fitting[0];
}

function toPlace(candidate: Candidate, { kinds, is }: Rule, name: FileFieldName): FoundPlace | undefined {
  const { alias, table, column, path, values, isOwner } = candidate;
  if (is && !is(candidate)) return undefined;
  const place = { alias, column: column.name, path };
  const rest = { table, values };
  if (path.length === 0) {
    if (!kinds.includes(column.kind)) return undefined;
    const words =
      // The file is kept with the code: it shows words of the application, and no name of a person.
      SHOWN_WORDS.includes(name) && values.length > 0
        ? `: ${values
            .slice(0, 6)
            .map(([value]) => value)
            .join(", ")}`
        : "";
    // A status that says nothing about billing may be that of the user account.
    const isSure = name !== "status" || !isOwner || isAboutBilling(column.name);
    const zone = column.kind === "timestamp" ? ", read as UTC" : "";
    return { place, ...rest, reason: `${column.shown}${words}${zone}`, isSure };
  }
  if (kinds.some((kind) => isTime({ kind }))) {
    const as = findTimeFormat(values);
    return (
      as && {
        place: as === "iso" ? place : { ...place, as },
        ...rest,
        reason: `in JSON, ${TIME_WORDS[as]}`,
        isSure: true,
      }
    );
  }
  return { place, ...rest, reason: "in JSON", isSure: true };
}

const TIME_WORDS: Record<TimeFormat, string> = {
  iso: "ISO 8601",
  epoch: "seconds since 1970",
  milliseconds: "milliseconds since 1970",
};
const FORMATS: Record<TimeFormat, RegExp> = {
  iso: /^\d{4}-\d\d-\d\d/,
  epoch: /^\d{9,10}$/,
  milliseconds: /^\d{12,13}$/,
};
const findTimeFormat = (values: SeenValues): TimeFormat | undefined =>
  TIME_FORMATS.find((format) => values.length > 0 && values.every(([value]) => FORMATS[format].test(value)));

function findEmail(own: readonly Candidate[]): FoundPlace | undefined {
  const plain = own.filter(({ path, column }) => path.length === 0 && column.kind === "text");
  const byName = plain.find(({ column }) =>
    /^(e_?mail|email_address|primary_email)$/.test(toSnake(column.name)),
  );
  const chosen = byName ?? plain.find((one) => hasClass(one, "email"));
  if (!chosen) return undefined;
  const { alias, table, column, values } = chosen;
  const sample = table.samples[column.name];
  const without = sample ? sample.looked - sample.filled : 0;
  const reason =
    without > 0 ? `${without} of ${sample?.looked} have none` : column.notNull ? "" : "may be missing";
  return { place: { alias, column: column.name, path: [] }, table, values, reason, isSure: true };
}
