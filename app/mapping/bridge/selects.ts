import type { FileFieldName } from "../file-fields";
import { hasManyStatuses, listPlaces, type OwnerTable } from "../mapping.server";
import { isColumnPlace, type Place } from "../places";
import {
  BILLING_COLUMNS,
  BILLING_FIELDS,
  listUserColumns,
  readSetKind,
  USER_FIELDS,
  WORKSPACE_COLUMNS,
} from "./relations";
import {
  type Filter,
  joinChosen,
  listConditions,
  listOutputs,
  listRunningWords,
  orderRows,
  readField,
  readId,
  selectFromOwners,
  selectSource,
} from "./select-rows";
import { ident, literal, textArray } from "./sql-text";
import { type BridgeParts, findColumn, isSameKey, readValue } from "./values";

/** All users, or those that a filter finds, as SQL that reads the application's tables. */
export function selectUsers(parts: BridgeParts, filter?: Filter): string {
  const { sets, tables } = parts.mapping;
  const selects = tables.owners.map((kind) => {
    const places = new Map(listPlaces(parts.mapping, kind));
    const setPlaces = Object.values(sets);
    return selectFromOwners(parts, {
      kind,
      columns: listUserColumns(parts),
      values: [
        readId(kind),
        ...USER_FIELDS.map((name) => readPersonField(parts, name, { kind, places })),
        selectRowsWithAccess(parts, kind),
        ...setPlaces.map((place) => readValue(parts, readSetKind(parts, place), place)),
      ],
      places: [...USER_FIELDS.map((name) => places.get(name)), ...setPlaces],
      filter,
    });
  });
  return selects.join("\nUNION ALL\n");
}

/** `sub_1=active` for each row of a subscription whose word gives access, a line each; undefined where an owner has one row. */
function selectRowsWithAccess(parts: BridgeParts, kind: OwnerTable): string | undefined {
  if (!hasManyStatuses(parts.mapping)) return undefined;
  const { subscriptions, subscription, ownerColumn, owner } = findSubscriptionRows(parts);
  const { status } = parts.mapping.fields;
  const id = readValue(parts, "text", subscription);
  const word = status ? readValue(parts, "text", status) : "NULL";
  const matches = isSameKey(
    `${ident(kind.as)}.${ident(kind.key)}`,
    findColumn(parts, kind.as, kind.key),
    owner,
    findColumn(parts, "subscriptions", ownerColumn),
  );
  return `SELECT pg_catalog.string_agg(${id} || '=' || ${word}, E'\\n' ORDER BY ${id})
    FROM ${selectSource(subscriptions, "subscriptions")}
    WHERE ${matches} AND ${word} = ANY (${textArray(listRunningWords(parts.mapping))})`;
}

type Owner = { kind: OwnerTable; places: ReadonlyMap<FileFieldName, Place> };

/** An owner without an address has an empty one; without a name, too, it is called by its id. */
function readPersonField(parts: BridgeParts, name: FileFieldName, { kind, places }: Owner) {
  const value = readField(parts, name, places.get(name));
  if (name !== "email" && name !== "name") return value;
  const email = places.get("email");
  const isGiven =
    isColumnPlace(email) && email.path.length === 0 && findColumn(parts, email.alias, email.column).notNull;
  if (isGiven) return value;
  const address = readField(parts, "email", email) ?? "NULL";
  if (name === "email") return `coalesce(${address}, '')`;
  return `coalesce(${value ?? "NULL"}, CASE WHEN coalesce(${address}, '') = '' THEN ${readId(kind)} END)`;
}

/** The subscription rows; of several of one owner the one that counts. */
export function selectBilling(parts: BridgeParts, filter?: Filter): string {
  if (hasOwnRows(parts)) return selectSubscriptionRows(parts, filter);
  const selects = parts.mapping.tables.owners.map((kind) => {
    const places = new Map(listPlaces(parts.mapping, kind));
    const subscription = places.get("subscription");
    return selectFromOwners(parts, {
      kind,
      columns: BILLING_COLUMNS,
      values: [readId(kind), ...BILLING_FIELDS.map((name) => readField(parts, name, places.get(name)))],
      places: BILLING_FIELDS.map((name) => places.get(name)),
      conditions: [subscription ? `${readValue(parts, "text", subscription)} IS NOT NULL` : "false"],
      filter,
    });
  });
  return selects.join("\nUNION ALL\n");
}

/** Do all fields of the subscription stand in the table of subscriptions? Then no owner is needed to read them. */
export function hasOwnRows({ mapping }: BridgeParts): boolean {
  const { fields, tables } = mapping;
  const places = tables.owners.flatMap((kind) =>
    BILLING_FIELDS.map((name) => ({ ...fields, ...kind.fields })[name]),
  );
  return (
    tables.subscriptions?.owner !== undefined &&
    fields.subscription !== undefined &&
    places.every((place) => place === undefined || (isColumnPlace(place) && place.alias === "subscriptions"))
  );
}

function findSubscriptionRows({ mapping }: BridgeParts) {
  const { subscriptions } = mapping.tables;
  const { subscription } = mapping.fields;
  if (!subscriptions?.owner || !subscription) throw new Error("There is no table of subscriptions");
  return {
    subscriptions,
    subscription,
    ownerColumn: subscriptions.owner,
    owner: `"subscriptions".${ident(subscriptions.owner)}`,
  };
}

function selectSubscriptionRows(parts: BridgeParts, filter?: Filter): string {
  const { subscriptions, subscription, ownerColumn, owner } = findSubscriptionRows(parts);
  const isMany = subscriptions.rows === "many";
  const values = BILLING_FIELDS.map((name) => readField(parts, name, parts.mapping.fields[name]));
  return [
    `SELECT ${isMany ? `DISTINCT ON (${owner})` : ""}${listOutputs(BILLING_COLUMNS, [`${owner}::pg_catalog.text`, ...values])}`,
    `FROM ${selectSource(subscriptions, "subscriptions")}`,
    ...(isMany ? [`  ${joinChosen(parts, owner)}`] : []),
    ...listConditions([
      `${readValue(parts, "text", subscription)} IS NOT NULL`,
      `${owner} IS NOT NULL`,
      filter?.(owner, findColumn(parts, "subscriptions", ownerColumn)),
    ]),
    ...(isMany ? [`ORDER BY ${[owner, ...orderRows(parts)].join(", ")}`] : []),
  ].join("\n");
}

/** The owners of subscriptions, also of rows that do not count. `ids`: SQL of an array. */
export function selectSubscriptionOwners(parts: BridgeParts, ids: string): string {
  if (!hasOwnRows(parts))
    return `SELECT "userId", "stripeSubscriptionId" FROM parity."BillingSubscription" WHERE "stripeSubscriptionId" = ANY (${ids})`;
  const { subscriptions, subscription, owner } = findSubscriptionRows(parts);
  const id = readValue(parts, "text", subscription);
  return `SELECT ${owner}::pg_catalog.text, ${id} FROM ${selectSource(subscriptions, "subscriptions")}
WHERE ${id} = ANY (${ids}) AND ${owner} IS NOT NULL`;
}

/** The workspaces; where access stands at the owner, one for each owner. `by`: which of their columns the filter is on. */
export function selectWorkspaces(parts: BridgeParts, filter?: Filter, by: "owner" | "id" = "owner"): string {
  const { access, tables } = parts.mapping;
  const { workspaces } = tables;
  if (access.by !== "workspaces" || !access.workspaces || !workspaces?.key || !workspaces.owner)
    return selectOwnersAsWorkspaces(parts, filter);
  const { status, active, locked, seats, name } = access.workspaces;
  const owner = `"workspaces".${ident(workspaces.owner)}`;
  const asked = by === "id" ? workspaces.key : workspaces.owner;
  const key = `"workspaces".${ident(workspaces.key)}::pg_catalog.text`;
  const word = readValue(parts, "text", status);
  const isOurs = active === "active" && locked === "locked";
  const values = [
    key,
    `${owner}::pg_catalog.text`,
    name ? `coalesce(${readValue(parts, "text", name)}, ${key})` : key,
    isOurs
      ? word
      : `CASE ${word} WHEN ${literal(active)} THEN 'active' WHEN ${literal(locked)} THEN 'locked' ELSE ${word} END`,
    seats ? readValue(parts, "number", seats) : `CASE WHEN ${word} = ${literal(locked)} THEN 0 ELSE 1 END`,
  ];
  return [
    `SELECT ${listOutputs(WORKSPACE_COLUMNS, values)}`,
    `FROM ${selectSource(workspaces, "workspaces")}`,
    ...listConditions([
      `${owner} IS NOT NULL`,
      filter?.(`"workspaces".${ident(asked)}`, findColumn(parts, "workspaces", asked)),
    ]),
  ].join("\n");
}

function selectOwnersAsWorkspaces(parts: BridgeParts, filter?: Filter): string {
  const { access, tables } = parts.mapping;
  const place = access.by === "boolean" || access.by === "seats" ? access.column : undefined;
  const selects = tables.owners.map((kind) => {
    const id = readId(kind);
    const value = place && readValue(parts, access.by === "seats" ? "number" : "boolean", place);
    const isActive = access.by === "seats" ? `coalesce(${value}, 0) > 0` : `coalesce(${value}, false)`;
    const seats = access.by === "seats" ? `coalesce(${value}, 0)` : `CASE WHEN ${isActive} THEN 1 ELSE 0 END`;
    const status = `CASE WHEN ${isActive} THEN 'active' ELSE 'locked' END`;
    return selectFromOwners(parts, {
      kind,
      columns: WORKSPACE_COLUMNS,
      values: value === undefined ? [] : [id, id, id, status, seats],
      places: [place],
      conditions: value === undefined ? ["false"] : [],
      filter,
    });
  });
  return selects.join("\nUNION ALL\n");
}
