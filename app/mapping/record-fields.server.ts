import { ROWS_WITH_ACCESS } from "~/billing/expected";
import { FIELDS, type Field, type FieldValue, type RecordFields } from "~/billing/fields";
import { FILE_FIELD_NAMES, FILE_FIELDS, OPTIONAL_BILLING_FIELDS } from "./file-fields";
import type { InstalledFacts } from "./install.server";
import { hasManyStatuses, listTables, type Mapping } from "./mapping.server";
import { isColumnPlace, type Place } from "./places";

const DAY = 86_400;

/**
 * The fields that an application with this mapping records. Those without a place are left out, and so neither compared nor
 * written; an expression is shown and never written, so that it is left out too.
 */
export function toRecordFields(mapping: Mapping, facts: InstalledFacts): RecordFields {
  const kinds = mapping.tables.owners.map((kind) => ({ ...mapping.fields, ...kind.fields }));
  const user: Record<string, Field> = {};
  const billing: Record<string, Field> = {};
  const known: Record<"user" | "billing", Record<string, Field>> = {
    user: FIELDS.user,
    billing: { ...FIELDS.billing, ...OPTIONAL_BILLING_FIELDS },
  };
  for (const name of FILE_FIELD_NAMES) {
    const { group, name: logical } = FILE_FIELDS[name];
    const places = kinds.flatMap((places) => places[name] ?? []);
    if (group === "person" || places.length === 0 || !places.every(isColumnPlace)) continue;
    const field = known[group][logical];
    if (!field) continue;
    const isDay = facts.days.includes(name);
    const fields = group === "user" ? user : billing;
    fields[logical] = markEnd(isDay ? toWholeDays(field) : field, mapping, places, group === "billing");
  }
  for (const [name, place] of Object.entries(mapping.sets))
    if (isColumnPlace(place)) user[`sets.${name}`] = createSetField(name, facts.sets[name] ?? "text");
  if (hasManyStatuses(mapping)) user[ROWS_WITH_ACCESS] = ROWS_FIELD;
  const hasRows =
    mapping.fields.subscription !== undefined || kinds.every(({ subscription }) => subscription);
  return { user, billing: hasRows ? billing : {}, workspace: listWorkspaceFields(mapping) };
}

const ROWS_FIELD: Field = {
  ...{ type: "text", nullable: true, group: "status" },
  ...{ label: "Subscription rows with access", short: "rows" },
  why: "The application may let the user in by any of its rows.",
};

function listWorkspaceFields({ access }: Mapping): RecordFields["workspace"] {
  const { status, seats } = FIELDS.workspace;
  if (access.by === "seats") return { status, seats };
  if (access.by === "boolean") return { status };
  if (access.by !== "workspaces" || !access.workspaces) return {};
  return access.workspaces.seats && isColumnPlace(access.workspaces.seats) ? { status, seats } : { status };
}

/** What stands in a table whose row is cleared or removed at the end is expected to be empty then. */
function markEnd(field: Field, mapping: Mapping, places: readonly Place[], isBilling: boolean): Field {
  const ends = places.every((place) => {
    if (!isColumnPlace(place)) return false;
    const owners = mapping.tables.owners.find(({ as }) => as === place.alias);
    if (owners) return owners.end === "clear" && isBilling;
    const [, table] = listTables(mapping).find(([alias]) => alias === place.alias) ?? [];
    if (table?.end === "delete") return true;
    return table?.end === "clear" && (isBilling || place.alias === "subscriptions");
  });
  return ends ? { ...field, emptiedAtEnd: true } : field;
}

/** A date without a time holds the day. */
function toWholeDays(field: Field): Field {
  if (field.type !== "time" || !field.nullable || !field.fromStripe) return field;
  const { fromStripe } = field;
  return { ...field, fromStripe: (...from) => floorToDay(fromStripe(...from)) };
}

const floorToDay = (time: number | null | undefined) =>
  time === null || time === undefined ? time : Math.floor(time / DAY) * DAY;

const createSetField = (name: string, kind: "text" | "number" | "boolean"): Field => {
  const words = {
    ...({ group: "plan", label: name, short: name, nullable: true } as const),
    why: "The application gives what the plan includes by this column.",
  };
  if (kind === "number") return { ...words, type: "number" };
  return kind === "boolean" ? { ...words, type: "boolean" } : { ...words, type: "text" };
};

/** The value that a plan sets, as the record holds it. */
export const toSetValue = (value: FieldValue, kind: "text" | "number" | "boolean"): FieldValue =>
  value !== null && kind === "text" ? String(value) : value;
