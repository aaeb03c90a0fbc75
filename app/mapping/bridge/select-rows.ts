import { RUNNING_STATUSES, STRIPE_STATUSES } from "~/billing/vocabulary/vocabulary";
import type { CatalogColumn } from "../catalog.server";
import { FILE_FIELDS, type FileFieldName } from "../file-fields";
import { listTables, type MappedTable, type Mapping, type OwnerTable } from "../mapping.server";
import { type ColumnPlace, isColumnPlace, type Place } from "../places";
import type { RelationColumn } from "./relations";
import { ident, indent, qualify, textArray } from "./sql-text";
import { type BridgeParts, findColumn, isSameKey, readValue } from "./values";

/** Which rows: a condition on the column that holds the owner's key. */
export type Filter = (column: string, type: CatalogColumn) => string;

/** A table, or the part of it that is mapped, under its name in the mapping. */
export function selectSource(
  { table, query, where }: Pick<MappedTable, "table" | "query" | "where">,
  alias: string,
): string {
  const rows = table ? qualify(table) : `(${query ?? ""}) AS mapped`;
  if (where !== undefined) return `(SELECT * FROM ${rows} WHERE ${where}) AS ${ident(alias)}`;
  return table ? `${rows} AS ${ident(alias)}` : `(SELECT * FROM ${rows}) AS ${ident(alias)}`;
}

/** The columns of a relation with the values of a row, each in its type; NULL for those that have no value. */
export const listOutputs = (
  columns: readonly RelationColumn[],
  values: readonly (string | undefined)[],
): string =>
  columns.map(({ name, type }, at) => `\n  (${values[at] ?? "NULL"})::${type} AS ${ident(name)}`).join(",");

const isTimestamp = (parts: BridgeParts, { alias, column, path }: ColumnPlace): boolean =>
  path.length === 0 && findColumn(parts, alias, column).kind === "timestamptz";

/** The value of a field; undefined where the mapping has no place for it. Whether something is cancelled is never unknown. */
export function readField(
  parts: BridgeParts,
  name: FileFieldName,
  place: Place | undefined,
): string | undefined {
  const { kind, group } = FILE_FIELDS[name];
  // Lists go by these times: an index serves only the column as it is.
  if (group === "person" && kind === "time" && isColumnPlace(place) && isTimestamp(parts, place))
    return `${ident(place.alias)}.${ident(place.column)}`;
  if (kind !== "boolean") return place && readValue(parts, kind, place);
  if (!place) return name === "subscriptionCancelAtPeriodEnd" ? undefined : "false";
  const isCertain =
    isColumnPlace(place) &&
    place.alias !== "subscriptions" &&
    findColumn(parts, place.alias, place.column).notNull;
  const value = readValue(parts, kind, place);
  return isCertain && place.path.length === 0 ? value : `coalesce(${value}, false)`;
}

export type OwnerSelect = {
  kind: OwnerTable;
  columns: readonly RelationColumn[];
  values: readonly (string | undefined)[];
  /** The places that the values are read from, for the tables that must be joined. */
  places: readonly (Place | undefined)[];
  conditions?: readonly (string | undefined)[];
  filter: Filter | undefined;
};

/** One row for each owner of a kind, with the rows of other tables that belong to the owner. */
export function selectFromOwners(
  parts: BridgeParts,
  { kind, columns, values, places, conditions = [], filter }: OwnerSelect,
): string {
  const key = `${ident(kind.as)}.${ident(kind.key)}`;
  const keyType = findColumn(parts, kind.as, kind.key);
  const joins = listJoinedTables(parts.mapping, places).map(([alias, table]) =>
    joinTable(parts, { alias, table, key, keyType }),
  );
  return [
    `SELECT ${listOutputs(columns, values)}`,
    `FROM ${[selectSource(kind, kind.as), ...joins].join("\n  ")}`,
    ...listConditions([...conditions, filter?.(key, keyType)]),
  ].join("\n");
}

export const readId = (kind: OwnerTable): string => `${ident(kind.as)}.${ident(kind.key)}::pg_catalog.text`;

export function listConditions(conditions: readonly (string | undefined)[]): string[] {
  const given = conditions.filter((one) => one !== undefined);
  return given.length > 0 ? [`WHERE ${given.join("\n  AND ")}`] : [];
}

/** The tables beside the owners' that these places need. An expression may speak of any of them. */
function listJoinedTables(mapping: Mapping, places: readonly (Place | undefined)[]): [string, MappedTable][] {
  const needsAll = places.some((place) => place && !isColumnPlace(place));
  const aliases = new Set(places.filter(isColumnPlace).map(({ alias }) => alias));
  return listTables(mapping).filter(
    ([alias, { owner, ensure }]) =>
      owner !== undefined &&
      ensure === undefined &&
      alias !== "workspaces" &&
      (needsAll || aliases.has(alias)),
  );
}

type Joined = { alias: string; table: MappedTable; key: string; keyType: CatalogColumn };

function joinTable(parts: BridgeParts, { alias, table, key, keyType }: Joined): string {
  const owner = `${ident(alias)}.${ident(table.owner ?? "")}`;
  const matches = isSameKey(key, keyType, owner, findColumn(parts, alias, table.owner ?? ""));
  if (table.rows !== "many") return `LEFT JOIN ${selectSource(table, alias)} ON ${matches}`;
  return `LEFT JOIN LATERAL (${indent(`
SELECT ${ident(alias)}.* FROM ${selectSource(table, alias)}
  ${joinChosen(parts, owner)}
WHERE ${matches}
ORDER BY ${orderRows(parts).join(", ")} LIMIT 1`)}) AS ${ident(alias)} ON true`;
}

/** Which of several subscriptions counted last. */
export function joinChosen(parts: BridgeParts, owner: string): string {
  const { subscription } = parts.mapping.fields;
  const id = subscription ? readValue(parts, "text", subscription) : "NULL";
  return `LEFT JOIN parity."ChosenSubscription" AS chosen ON chosen."userId" = ${owner}::pg_catalog.text AND chosen."subscriptionId" = ${id}`;
}

/** Of several rows the one that counts: with access by the application's words, then the one that counted last, then the newest. */
export function orderRows(parts: BridgeParts): string[] {
  const { status, created, periodEnd, subscription } = parts.mapping.fields;
  const isHere = (place: Place | undefined) => isColumnPlace(place) && place.alias === "subscriptions";
  const read = (kind: "text" | "time", place: Place | undefined) =>
    place && isHere(place) ? [readValue(parts, kind, place)] : [];
  return [
    ...read("text", status).map(
      (word) =>
        `CASE WHEN ${word} = ANY (${textArray(listAccessWords(parts.mapping))}) THEN 0 WHEN ${word} = ANY (${textArray(listEndedWords(parts.mapping))}) THEN 2 ELSE 1 END`,
    ),
    `chosen."userId" IS NULL`,
    ...read("time", created ?? periodEnd).map((time) => `${time} DESC NULLS LAST`),
    ...read("text", subscription).map((id) => `${id} DESC`),
  ];
}

/** The application's words for a subscription that runs. */
export function listRunningWords({ status }: Mapping): string[] {
  const scheduled = status.cancelScheduled === undefined ? [] : [status.cancelScheduled];
  if (!status.words) return [...RUNNING_STATUSES, ...scheduled];
  const words = Object.entries(status.words).flatMap(([word, statuses]) =>
    statuses.some((one) => RUNNING_STATUSES.includes(one)) ? [word] : [],
  );
  return [...words, ...scheduled];
}

/** The application's words for a status that gives access. */
export const listAccessWords = (mapping: Mapping): string[] => [
  ...(mapping.status.access ?? listRunningWords(mapping)),
  ...(mapping.status.words ? mapping.status.byHand : []),
];

/** Those of a subscription that does not run. */
const listEndedWords = (mapping: Mapping): string[] =>
  listKnownWords(mapping).filter((word) => !listRunningWords(mapping).includes(word));

/** The application's words for a status that Stripe has. */
export function listKnownWords({ status }: Pick<Mapping, "status">): readonly string[] {
  const words = status.words ? Object.keys(status.words) : STRIPE_STATUSES;
  return status.cancelScheduled === undefined ? words : [...words, status.cancelScheduled];
}
