import type { ValueClass } from "../scan/classify";
import type { FoundValue, Scan, ScannedTable } from "../scan/scan-database.server";
import { isOwnerName, isSameTable, isUniqueColumn, toSnake } from "./names";

/** A table that holds those who pay. */
export type OwnerRole = { as: string; table: ScannedTable; key: string };
/** A table whose rows belong to owners. */
export type SideRole = {
  alias: "customers" | "subscriptions";
  table: ScannedTable;
  owner: string;
  rows: "one" | "many";
};

export type Roles = {
  owners: OwnerRole[];
  customers?: SideRole;
  subscriptions?: SideRole;
  /** Tables that also hold Stripe's ids and are not used. */
  others: ScannedTable[];
  /** The owners are rows that stand for customers of Stripe's, and belong to the users. */
  areCustomers?: boolean;
};

/** Finds the tables of those who pay and of their subscriptions by where Stripe's ids stand. Null: there are no such ids. */
export function findRoles(scan: Scan): Roles | null {
  const holding = scan.tables.filter((table) => listHeld(table).length > 0 && !isMirror(table));
  const sides = holding.flatMap((table) => {
    const owner = findOwnerColumn(table, scan);
    return owner === null || !isSide(table, owner) ? [] : [{ table, owner }];
  });
  const byCustomer = findByCustomer(holding, sides);
  if (byCustomer) return byCustomer;
  const standing = holding.filter((table) => !sides.some((side) => side.table === table));
  const targets = sides.flatMap(({ table, owner }) => findTargets(table, owner, scan));
  const owners = unique([
    ...standing.filter((table) => holdsClass(table, "customer")),
    ...targets,
    ...standing,
  ]);
  const chosen = chooseOwners(owners, targets);
  if (chosen.length === 0) return null;
  const ours = sides.filter(({ table, owner }) =>
    findTargets(table, owner, scan).some((target) => chosen.some((one) => isSameTable(one, target))),
  );
  const bySubscription = [...ours].sort(
    (a, b) => countHeld(b.table, "subscription") - countHeld(a.table, "subscription"),
  );
  const subscriptions = bySubscription.find(({ table }) => holdsClass(table, "subscription"));
  const hasCustomer = chosen.some((table) => holdsClass(table, "customer"));
  const customers = hasCustomer
    ? undefined
    : ours.find(({ table }) => holdsClass(table, "customer") && table !== subscriptions?.table);
  const used = [...chosen, subscriptions?.table, customers?.table];
  return {
    owners: nameOwners(chosen),
    ...(subscriptions ? { subscriptions: toSide("subscriptions", subscriptions) } : {}),
    ...(customers ? { customers: toSide("customers", customers) } : {}),
    others: holding.filter((table) => !used.includes(table)),
  };
}

/**
 * Subscriptions that hang on rows for customers of Stripe's, and on no user (Rails' Pay, dj-stripe, many of Phoenix): such a row is the
 * owner, since all that Parity writes belongs to it. Null where a subscription names its owner.
 */
function findByCustomer(
  holding: readonly ScannedTable[],
  sides: readonly { table: ScannedTable }[],
): Roles | null {
  if (sides.some(({ table }) => holdsClass(table, "subscription"))) return null;
  for (const table of holding) {
    if (!holdsClass(table, "subscription") || !SIDE_NAME.test(toSnake(table.name))) continue;
    for (const { column, table: to, target } of table.references) {
      const customers = holding.find((one) => isSameTable(one, to) && one !== table);
      if (!customers || !holdsClass(customers, "customer") || !isUniqueColumn(customers, target)) continue;
      return {
        owners: [{ as: "owners", table: customers, key: target }],
        subscriptions: toSide("subscriptions", { table, owner: column }),
        others: holding.filter((one) => one !== table && one !== customers),
        areCustomers: true,
      };
    }
  }
  return null;
}

const toSide = (
  alias: SideRole["alias"],
  { table, owner }: { table: ScannedTable; owner: string },
): SideRole => ({
  ...{ alias, table, owner },
  rows: isUniqueColumn(table, owner) ? "one" : "many",
});

const CUSTOMER_NAME = /^(stripe_customer(_id)?|stripe_id|customer_id|payment_processor_user_id)$/;
const SUBSCRIPTION_NAME = /^stripe_sub(scription)?(_id)?$/;

/** Values like Stripe's ids in the table; by their names where it has no values. */
export function listHeld(table: ScannedTable): FoundValue[] {
  const found = table.found.filter((one) => one.class === "customer" || one.class === "subscription");
  if (found.length > 0) return found;
  return table.columns.flatMap(({ name, kind }): FoundValue[] => {
    if (kind !== "text" || (table.samples[name]?.filled ?? 0) > 0) return [];
    const snake = toSnake(name);
    const byName = CUSTOMER_NAME.test(snake)
      ? "customer"
      : SUBSCRIPTION_NAME.test(snake)
        ? "subscription"
        : null;
    return byName === null ? [] : [{ class: byName, column: name, path: [], matching: 0, seen: 0 }];
  });
}

const holdsClass = (table: ScannedTable, wanted: ValueClass): boolean =>
  listHeld(table).some((one) => one.class === wanted);
const countHeld = (table: ScannedTable, wanted: ValueClass): number =>
  Math.max(0, ...listHeld(table).flatMap((one) => (one.class === wanted ? [one.matching] : [])));

/** A copy of Stripe's own objects: the id of the customer is its key, and it belongs to no owner. */
const isMirror = (table: ScannedTable): boolean =>
  listHeld(table).every(
    ({ column, class: found }) => found === "customer" && table.primaryKey[0] === column,
  ) && table.references.length === 0;

const OWNER_COLUMN =
  /(^|_)(user|owner|subscriber|org|organi[sz]ation|team|account|workspace|tenant|company|reference|billable|project)(_?id)?$/;

/** The column of a table that holds the key of the owner. */
function findOwnerColumn(table: ScannedTable, scan: Scan): string | null {
  const held = new Set(listHeld(table).map(({ column }) => column));
  const columns = table.columns.map(({ name }) => name).filter((name) => !held.has(name));
  const pointing = columns.filter((name) => findTargets(table, name, scan).length > 0);
  return (
    pointing.find((name) => OWNER_COLUMN.test(toSnake(name)) && isUniqueColumn(table, name)) ??
    pointing.find((name) => OWNER_COLUMN.test(toSnake(name))) ??
    pointing.find((name) => table.primaryKey[0] === name) ??
    null
  );
}

/** The tables that a column points to: by a foreign key, or by its values. */
function findTargets(table: ScannedTable, column: string, { tables }: Scan): ScannedTable[] {
  return tables.filter((target) =>
    table.references.some(
      (key) => key.column === column && isSameTable(key.table, target) && target !== table,
    ),
  );
}

const SIDE_NAME = /subscri|billing|payment|customer|purchase|membership/;

const isSide = (table: ScannedTable, owner: string): boolean =>
  !isOwnerName(table.name) && (SIDE_NAME.test(toSnake(table.name)) || isUniqueColumn(table, owner));

/** Owners of several kinds are taken together where both are pointed to or hold ids themselves; otherwise the first. */
function chooseOwners(owners: readonly ScannedTable[], targets: readonly ScannedTable[]): ScannedTable[] {
  const keyed = owners.filter((table) => findKey(table) !== undefined);
  const filled = keyed.filter((table) => table.found.some((one) => one.class === "customer"));
  const pointed = keyed.filter((table) => targets.includes(table));
  const [only] = filled;
  if (filled.length > 1) return filled;
  return only && (pointed.length === 0 || pointed.includes(only))
    ? filled
    : [...pointed, ...keyed].slice(0, 1);
}

/** The column that names a row: the primary key, or another one that is unique and never empty. */
function findKey({ primaryKey, unique, columns }: ScannedTable): string | undefined {
  const [key, ...more] = primaryKey;
  if (key !== undefined && more.length === 0) return key;
  const alone = unique.flatMap((names) => (names.length === 1 ? names : []));
  return alone.find((name) => columns.some((column) => column.name === name && column.notNull));
}

/** The tables with ids of Stripe's of which no column names a row, in words for the person who looks for them. */
export function describeUnkeyed(scan: Scan): string[] {
  return scan.tables
    .filter((table) => listHeld(table).length > 0 && findKey(table) === undefined)
    .map(
      ({ schema, name, primaryKey, ...table }) =>
        `${schema}.${name} holds ids of Stripe's (${listHeld({ schema, name, primaryKey, ...table })
          .map(({ column }) => column)
          .join(", ")}), but no column of it names a row alone${
          primaryKey.length > 1 ? `: its primary key is ${primaryKey.join(", ")}` : ""
        }. A mapping needs a column with a unique index.`,
    );
}

function nameOwners(tables: readonly ScannedTable[]): OwnerRole[] {
  const names = tables.map(({ name }) => toSnake(name).replaceAll(/\W+/g, "_"));
  return tables.map((table, index) => {
    const [name = ""] = names.slice(index, index + 1);
    const isShared = names.filter((one) => one === name).length > 1;
    const as = isShared ? `${toSnake(table.schema).replaceAll(/\W+/g, "_")}_${name}` : name;
    return { as: tables.length === 1 ? "owners" : as, table, key: findKey(table) ?? "id" };
  });
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Columns that may hold the key of an owner without saying so by a foreign key. */
export const listSilentColumns = (table: ScannedTable): string[] =>
  listHeld(table).length === 0
    ? []
    : table.columns
        .map(({ name }) => name)
        .filter(
          (name) =>
            OWNER_COLUMN.test(toSnake(name)) &&
            !table.references.some((key) => key.column === name) &&
            !table.primaryKey.includes(name) &&
            !listHeld(table).some(({ column }) => column === name),
        );

/** Tables that such a column may point to. */
export const listPossibleOwners = ({ tables }: Scan): ScannedTable[] =>
  tables.filter(
    (table) =>
      table.primaryKey.length === 1 &&
      (isOwnerName(table.name) ||
        table.found.some((one) => one.class === "customer" && one.path.length === 0)),
  );
