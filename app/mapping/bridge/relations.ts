import { ROWS_WITH_ACCESS } from "~/billing/expected";
import { FILE_FIELDS, type FileFieldName, type ValueKind } from "../file-fields";
import type { Mapping } from "../mapping.server";
import { isColumnPlace, type Place } from "../places";
import { type BridgeParts, findColumn, LOGICAL_TYPES } from "./values";

/** A column of one of the three relations. */
export type RelationColumn = { name: string; type: string };

export const USER_FIELDS: readonly FileFieldName[] = [
  ...([
    "email",
    "emailVerified",
    "name",
    "customer",
    "plan",
    "status",
    "periodEnd",
    "cancelAtPeriodEnd",
  ] as const),
  ...(["createdAt", "updatedAt"] as const),
];
export const BILLING_FIELDS: readonly FileFieldName[] = [
  ...([
    "subscription",
    "price",
    "subscriptionStatus",
    "subscriptionPlan",
    "amount",
    "currency",
    "interval",
  ] as const),
  ...([
    "periodStart",
    "subscriptionPeriodEnd",
    "subscriptionCancelAtPeriodEnd",
    "product",
    "quantity",
  ] as const),
  ...([
    "intervalCount",
    "created",
    "cancelAt",
    "canceledAt",
    "endedAt",
    "endsAt",
    "subscriptionCustomer",
  ] as const),
];

const toColumn = (name: FileFieldName): RelationColumn => ({
  name: FILE_FIELDS[name].name,
  type: LOGICAL_TYPES[FILE_FIELDS[name].kind],
});
const text = (name: string): RelationColumn => ({ name, type: LOGICAL_TYPES.text });

/** What a further column that a plan sets holds. JSON has no types of columns: there it is what the plans say. */
export function readSetKind(parts: BridgeParts, place: Place): ValueKind {
  if (!isColumnPlace(place)) return "text";
  if (place.path.length > 0) return readKindOfPlans(parts.mapping, place);
  const { kind } = findColumn(parts, place.alias, place.column);
  return kind === "integer" ? "number" : kind === "boolean" ? "boolean" : "text";
}

function readKindOfPlans({ plans, sets }: Mapping, place: Place): ValueKind {
  const names = Object.keys(sets).filter((name) => sets[name] === place);
  const values = Object.values(plans).flatMap((plan) => names.flatMap((name) => plan.sets[name] ?? []));
  if (values.length === 0) return "text";
  if (values.every((value) => Number.isSafeInteger(value))) return "number";
  return values.every((value) => typeof value === "boolean") ? "boolean" : "text";
}

/** The columns of `parity."User"`. */
export const listUserColumns = (parts: BridgeParts): RelationColumn[] => [
  text("id"),
  ...USER_FIELDS.map(toColumn),
  text(ROWS_WITH_ACCESS),
  ...Object.entries(parts.mapping.sets).map(([name, place]) => ({
    name: `sets.${name}`,
    type: LOGICAL_TYPES[readSetKind(parts, place)],
  })),
];

/** The columns of `parity."BillingSubscription"`. */
export const BILLING_COLUMNS: readonly RelationColumn[] = [text("userId"), ...BILLING_FIELDS.map(toColumn)];

/** The columns of `parity."Workspace"`. */
export const WORKSPACE_COLUMNS: readonly RelationColumn[] = [
  ...["id", "ownerId", "name", "status"].map(text),
  { name: "seats", type: "pg_catalog.int4" },
];
