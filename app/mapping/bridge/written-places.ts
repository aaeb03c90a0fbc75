import { FILE_FIELDS, type FileFieldName, type ValueKind } from "../file-fields";
import { listPlaces, type MappedTable, type Mapping, type OwnerTable } from "../mapping.server";
import { type ColumnPlace, describePlace, isColumnPlace, type Place, type TableName } from "../places";
import { BILLING_FIELDS, readSetKind } from "./relations";
import { ident, literal, textArray } from "./sql-text";
import { type BridgeParts, findColumn, parseLogical, readValue, writeNow, writeValue } from "./values";

/** A place that is written, and the value for it as SQL of JSON: NULL where nothing is to be written. */
export type WrittenPlace = {
  place: ColumnPlace;
  kind: ValueKind;
  source: string;
  isBilling: boolean;
  name: string;
};

/** A table that is written: the owners' or one beside it. */
export type Target = {
  alias: string;
  table: TableName;
  where: string | undefined;
  touch: string | undefined;
  places: WrittenPlace[];
};

const isNeverWritten = (name: FileFieldName): boolean => FILE_FIELDS[name].group === "person";

/** Where a field's new value comes from: from the record of the owner, or from one of the owner's subscriptions. */
export function readSource(name: FileFieldName, from: "record" | "subscription"): string {
  const { group, name: key, entry } = FILE_FIELDS[name];
  const record = `r."${group}" -> ${literal(key)}`;
  if (from === "record") return record;
  return `CASE WHEN r."counts" AND (${record}) IS NOT NULL THEN ${record} ELSE r."entry" -> ${literal(entry ?? key)} END`;
}

/** The places on one table, with the values that the record or each subscription gives them. */
export function listWrittenPlaces(
  parts: BridgeParts,
  alias: string,
  kinds: readonly OwnerTable[],
  from: "record" | "subscription" = "record",
): WrittenPlace[] {
  const { mapping } = parts;
  const fields = kinds.flatMap((kind) => listPlaces(mapping, kind)).filter(([name]) => !isNeverWritten(name));
  const found = fields.map(([name, place]) => ({
    ...{ name, place, kind: FILE_FIELDS[name].kind, source: readSource(name, from) },
    isBilling: BILLING_FIELDS.includes(name),
  }));
  const sets = Object.entries(mapping.sets).map(([name, place]) => ({
    ...{ name: `sets.${name}`, place, kind: readSetKind(parts, place), isBilling: false },
    source: `r."user" -> ${literal(`sets.${name}`)}`,
  }));
  const unique = new Map<string, WrittenPlace>();
  for (const one of [...found, ...sets, ...listAccessPlaces(mapping)]) {
    const { place } = one;
    if (isColumnPlace(place) && place.alias === alias)
      unique.set(`${one.name} ${describePlace(place)}`, { ...one, place });
  }
  return [...unique.values()];
}

/** Access that stands in a column of its own. */
function listAccessPlaces({ access }: Mapping): (Omit<WrittenPlace, "place"> & { place: Place })[] {
  if ((access.by !== "boolean" && access.by !== "seats") || !access.column) return [];
  const workspace = `r."workspaces" -> 0`;
  const source =
    access.by === "seats"
      ? `${workspace} -> 'seats'`
      : `pg_catalog.to_jsonb(${workspace} ->> 'status' = 'active')`;
  const kind = access.by === "seats" ? "number" : "boolean";
  return [{ name: "access", place: access.column, kind, source, isBilling: false }];
}

/** The table behind the name of the mapping that is written; undefined for what is only read. */
export const findWrittenTable = ({
  table,
  query,
  writes,
}: Pick<MappedTable, "table" | "query" | "writes">): TableName | undefined =>
  query === undefined ? table : writes;

/** Whether a value was handed over for a place, and the value as text, in the rows that are written. */
const isGiven = (index: number): string => `v.h${index + 1}`;
const textValue = (index: number): string => `v.p${index + 1}`;

/** `… AS h1, … AS p1`: whether there is a value for each place, and the value. */
export const listSources = (places: readonly { source: string }[]): string =>
  places
    .map(
      ({ source }, index) =>
        `(${source}) IS NOT NULL AS h${index + 1}, (${source}) #>> '{}' AS p${index + 1}`,
    )
    .join(",\n    ");

/** The rows `v` that are written. PostgreSQL takes the values out of the JSON once, and not again for each use. */
export const asWrittenRows = (select: string): string => `(${select}
    OFFSET 0) AS v`;

/** A condition: the row `t` has another value at this place. Times are compared at whole seconds, and no flag is the flag false. */
function isDifferent(parts: BridgeParts, { name, place, kind }: WrittenPlace, index: number): string {
  const recorded = readValue(parts, kind, place, "t");
  const isFlag = kind === "boolean" && !name.startsWith("sets.");
  const now =
    kind === "time"
      ? `pg_catalog.date_trunc('second', ${recorded}, 'UTC')`
      : isFlag
        ? `coalesce(${recorded}, false)`
        : `(${recorded})`;
  return `${isGiven(index)} AND ${now} IS DISTINCT FROM ${parseLogical(parts, kind, place, textValue(index))}`;
}

export type Assigned = { assignments: string[]; differs: string };

/**
 * `column = value` for each column, and the condition that one of them differs. What does not differ stays as it stands,
 * with its fractions of a second and its spelling. `unless`: a further condition under which a place is written.
 */
export function assignPlaces(
  parts: BridgeParts,
  { alias, touch, places }: Target,
  isWritten: (place: WrittenPlace) => string | undefined = () => undefined,
): Assigned {
  const conditions = places.map((place, index) => {
    const further = isWritten(place);
    return further === undefined
      ? isDifferent(parts, place, index)
      : `${isDifferent(parts, place, index)} AND ${further}`;
  });
  const columns = new Map<string, string>();
  for (const [index, { place, kind }] of places.entries()) {
    const before = columns.get(place.column) ?? readForWriting(parts, place);
    const value = writeValue(parts, kind, place, textValue(index));
    const written =
      place.path.length > 0 ? `parity.put_json(${before}, ${textArray(place.path)}, ${value})` : value;
    columns.set(place.column, `CASE WHEN ${conditions[index]} THEN ${written} ELSE ${before} END`);
  }
  const assignments = [...columns].map(
    ([column, value]) => `${ident(column)} = ${finishJson(parts, alias, column, value)}`,
  );
  return {
    assignments:
      touch === undefined
        ? assignments
        : [...assignments, `${ident(touch)} = ${writeNow(parts, alias, touch)}`],
    differs: conditions.map((one) => `(${one})`).join("\n    OR "),
  };
}

const readForWriting = (parts: BridgeParts, { alias, column, path }: ColumnPlace): string =>
  path.length > 0 && findColumn(parts, alias, column).kind === "json"
    ? `t.${ident(column)}::pg_catalog.jsonb`
    : `t.${ident(column)}`;

const finishJson = (parts: BridgeParts, alias: string, column: string, value: string): string =>
  findColumn(parts, alias, column).kind === "json" ? `(${value})::pg_catalog.json` : value;

/** The columns of a new row and their values. */
export function listInserted(
  parts: BridgeParts,
  { alias, touch, places }: Target,
  set: Readonly<Record<string, string | number | boolean | null>>,
): [column: string, value: string][] {
  const columns = new Map<string, string>();
  for (const [index, { place, kind }] of places.entries()) {
    const value = writeValue(parts, kind, place, textValue(index));
    if (place.path.length === 0) columns.set(place.column, value);
    else {
      const before = columns.get(place.column) ?? "'{}'::pg_catalog.jsonb";
      columns.set(
        place.column,
        `CASE WHEN NOT ${isGiven(index)} THEN ${before} ELSE parity.put_json(${before}, ${textArray(place.path)}, ${value}) END`,
      );
    }
  }
  for (const [column, value] of columns) columns.set(column, finishJson(parts, alias, column, value));
  for (const [column, value] of Object.entries(set))
    columns.set(column, writeConstant(parts, alias, column, value));
  if (touch !== undefined && !columns.has(touch)) columns.set(touch, writeNow(parts, alias, touch));
  return [...columns];
}

/** Values that a row that is inserted can be given, beside constants. */
export const VARIABLES: Readonly<Record<string, string>> = {
  $uuid: "pg_catalog.gen_random_uuid()::pg_catalog.text",
  $customer: `v.customer`,
  $subscription: `v.subscription`,
  $price: `v.price`,
  $product: `v.product`,
  $currency: `v.currency`,
  $interval: `v.interval`,
};

export function writeConstant(
  parts: BridgeParts,
  alias: string,
  column: string,
  value: string | number | boolean | null,
): string {
  const { type } = findColumn(parts, alias, column);
  if (value === "$now") return writeNow(parts, alias, column);
  if (value === "$created")
    return `coalesce(${writeValue(parts, "time", { alias, column, path: [] }, "v.created")}, ${writeNow(parts, alias, column)})`;
  if (value === null) return "NULL";
  return `(${VARIABLES[String(value)] ?? literal(String(value))})::${type}`;
}

/** What the variables stand for, in the rows that are written. */
export function listVariables(from: "record" | "subscription"): string {
  const isCounting = from === "record" ? "true" : 'r."counts"';
  const entry = from === "record" ? "counting.entry" : 'r."entry"';
  const read = (key: string, name: string) =>
    `coalesce(${entry} ->> ${literal(key)}, CASE WHEN ${isCounting} THEN r."billing" ->> ${literal(name)} END)`;
  return [
    `coalesce(${entry} ->> 'customerId', r."user" ->> 'stripeCustomerId') AS customer`,
    `${read("id", "stripeSubscriptionId")} AS subscription`,
    `${read("priceId", "stripePriceId")} AS price`,
    `${read("productId", "productId")} AS product`,
    `${read("currency", "currency")} AS currency`,
    `${read("interval", "interval")} AS interval`,
    `${read("created", "createdAt")} AS created`,
  ].join(",\n    ");
}
