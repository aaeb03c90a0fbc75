import type { ColumnKind } from "~/mapping/catalog.server";
import type { TableName } from "~/mapping/places";
import type { ForeignKey, Scan, ScannedTable } from "../scan/scan-database.server";
import type { FoundPlace, FoundPlaces } from "./find-places";
import type { OwnerRole, Roles } from "./find-tables";
import { isSameTable, toSnake } from "./names";

/** A table of the application with a row for each plan, which the column of the plan names by its key. */
export type PlanTable = {
  table: TableName;
  key: string;
  /** The columns with the word and the name of a plan; null where there is none. */
  word: string | null;
  name: string | null;
  /** The columns with ids of Stripe's. */
  prices: string[];
  products: string[];
};

type Where = { roles: Roles; owner: OwnerRole; scan: Scan };
type Reference = { place: FoundPlace; target: ScannedTable };

/** The places, with that of the plan where it is recorded as the key of a row of another table. */
export function addPlanReference(found: FoundPlaces, { roles, owner, scan }: Where): FoundPlaces {
  if (found.plan) return found;
  const { subscriptions } = roles;
  const own = findReference(owner.as, owner.table, scan);
  const beside = subscriptions && findReference(subscriptions.alias, subscriptions.table, scan);
  const first = own ?? beside;
  if (!first) return found;
  const isTwice = own && beside && isSameTable(own.target, beside.target);
  return { ...found, plan: first.place, ...(isTwice ? { subscriptionPlan: beside.place } : {}) };
}

const PLAN_NAME = /(^|_)(plan|tier|package)(_?id)?$/;
const KEY_KINDS: readonly ColumnKind[] = ["integer", "uuid", "text"];

/** A column that refers to rows which are called plans, or name what Stripe sells. */
function findReference(alias: string, table: ScannedTable, scan: Scan): Reference | undefined {
  for (const key of table.references) {
    const column = table.columns.find(({ name }) => name === key.column);
    const target = findTarget(key, scan);
    const isStripes = table.found.some((one) => one.column === key.column);
    if (!column || !target || isStripes || !KEY_KINDS.includes(column.kind)) continue;
    const isSold = listHolding(target, "price").length > 0 || listHolding(target, "product").length > 0;
    if (!PLAN_NAME.test(toSnake(key.column)) && !isSold) continue;
    return {
      target,
      place: {
        place: { alias, column: column.name, path: [] },
        ...{ table, values: table.samples[column.name]?.values ?? [], isSure: true },
        reason: `${column.shown}, the ${key.target} of a row of ${target.name}`,
      },
    };
  }
  return undefined;
}

/** The table whose rows the column of the plan names; null where the column holds words. */
export function findPlanTable({ plan }: FoundPlaces, scan: Scan): PlanTable | null {
  const key = plan?.table.references.find(({ column }) => column === plan.place.column);
  const target = key && findTarget(key, scan);
  if (!key || !target?.can.select) return null;
  const findText = (names: RegExp) =>
    target.columns.find(({ name, kind }) => kind === "text" && names.test(toSnake(name)))?.name ?? null;
  return {
    ...{ table: { schema: target.schema, name: target.name }, key: key.target },
    ...{
      word: findText(/^(code|slug|key|handle|identifier)$/),
      name: findText(/^(display_)?(name|title|label)$/),
    },
    ...{ prices: listHolding(target, "price"), products: listHolding(target, "product") },
  };
}

const findTarget = (key: ForeignKey, { tables }: Scan): ScannedTable | undefined =>
  tables.find((one) => isSameTable(one, key.table));

const listHolding = ({ found }: ScannedTable, wanted: "price" | "product"): string[] =>
  found.flatMap((one) => (one.class === wanted && one.path.length === 0 ? [one.column] : []));
