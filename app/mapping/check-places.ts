import { z } from "zod";
import { listAccessWords, listKnownWords } from "./bridge/select-rows";
import type { CatalogColumn } from "./catalog.server";
import { listAllPlaces } from "./check-references.server";
import { type Checked, describeMissing, describeUnreadable, findChecked } from "./checked-table";
import { FILE_FIELDS, isFileField, type ValueKind } from "./file-fields";
import type { Finding } from "./findings";
import type { Mapping } from "./mapping.server";
import { type ColumnPlace, describePlace, isColumnPlace } from "./places";

/** Whether each place is there, of a type that can hold its value, and can be written. */
export function* checkPlaces(mapping: Mapping, checked: readonly Checked[]): Generator<Finding> {
  for (const { path, place } of listAllPlaces(mapping)) {
    if (!isColumnPlace(place)) continue;
    const table = checked.find(({ alias }) => alias === place.alias);
    if (!table) continue;
    const column = findChecked(table, place.column);
    if (!column) yield { path, message: describeMissing(table, place.column) };
    else yield* checkPlace(mapping, { path, place, table, column });
  }
}

type Found = { path: PropertyKey[]; place: ColumnPlace; table: Checked; column: CatalogColumn };

function* checkPlace(mapping: Mapping, { path, place, table, column }: Found): Generator<Finding> {
  const name = String(path.at(-1));
  const field = path.includes("fields") && isFileField(name) ? FILE_FIELDS[name] : undefined;
  const kind = field?.kind ?? findAccessKind(mapping, path);
  const shown = `${table.name}.${column.name} is ${column.shown}`;
  if (!table.table.can.select) return;
  if (!column.canSelect) return yield { path, message: describeUnreadable(table, column) };
  const isJson = column.kind === "json" || column.kind === "jsonb";
  if (place.path.length > 0 && !isJson)
    return yield { path, message: `${shown}, and no JSON: ${describePlace(place)} has no keys` };
  if (place.path.length === 0 && isJson)
    return yield { path, message: `${shown}. Name the key, as in ${describePlace(place)}->key` };
  const isRead = field?.group === "person";
  if (place.path.length === 0 && kind && !fits(kind, column, isRead))
    return yield { path, message: `${shown}, which cannot hold ${KIND_WORDS[kind]}` };
  if (isRead) return;
  if ("owner" in table.source && table.source.owner === column.name && place.path.length === 0)
    return yield {
      path,
      message: `${table.name}.${column.name} holds the owner's key, and is written as such. Leave the field out`,
    };
  yield* checkWriting(path, table, column);
  if (column.kind === "enum") yield* checkWords(mapping, path, table, column);
  if (place.path.length === 0 && (column.kind === "integer" || column.kind === "uuid"))
    yield* checkKeys(mapping, path, table, column);
}

const KIND_WORDS: Record<ValueKind, string> = {
  text: "a text",
  number: "a whole number",
  boolean: "yes or no",
  time: "a time",
};

const FITTING: Record<ValueKind, readonly CatalogColumn["kind"][]> = {
  text: ["text", "enum", "uuid", "integer", "boolean"],
  number: ["integer", "numeric", "text"],
  boolean: ["boolean", "integer", "text"],
  time: ["timestamptz", "timestamp", "date", "integer", "numeric", "text"],
};

/** What is only read may also be a date where yes or no is asked: there is one, or none. */
const fits = (kind: ValueKind, column: CatalogColumn, isRead: boolean): boolean =>
  FITTING[kind].includes(column.kind) ||
  (isRead && kind === "boolean" && ["timestamptz", "timestamp", "date"].includes(column.kind));

function findAccessKind({ access }: Mapping, path: readonly PropertyKey[]): ValueKind | undefined {
  if (path[0] !== "access") return undefined;
  if (path[1] === "workspaces") return path[2] === "seats" ? "number" : "text";
  if (access.by === "boolean") return "boolean";
  if (access.by === "seats") return "number";
  return access.by === "date" ? "time" : "text";
}

function* checkWriting(
  path: PropertyKey[],
  { name, table, source }: Checked,
  column: CatalogColumn,
): Generator<Finding> {
  if (source.query !== undefined && source.writes === undefined)
    yield {
      path,
      message: `${column.name} is a column of a query, which is only read. Name the table behind it with writes, or give the place as { sql: … }`,
    };
  else if (!table.can.update)
    yield {
      path,
      message:
        table.relation === "view"
          ? `${name} is a view that cannot be written. Map the table behind it, or give the view an INSTEAD OF UPDATE trigger`
          : `the role of Parity may not update ${name}: GRANT UPDATE ON ${name} TO it`,
    };
  else if (!column.canUpdate)
    yield {
      path,
      message: `${name}.${column.name} cannot be written: it is computed, or the role of Parity may not update it`,
    };
}

/** The words that would be written. */
export function listWritten(mapping: Mapping, field: string): string[] {
  if (field === "status" || field === "subscriptionStatus")
    return [...new Set([...listKnownWords(mapping), ...listAccessWords(mapping)])].filter(
      (word) => !mapping.status.byHand.includes(word),
    );
  if ((field !== "plan" && field !== "subscriptionPlan") || mapping.plan.holds !== "word") return [];
  return [...Object.entries(mapping.plans).map(([id, { word }]) => word ?? id), mapping.plan.none].filter(
    (word) => word !== null,
  );
}

/** The words that would be written, and that the enum does not have. */
function* checkWords(
  mapping: Mapping,
  path: PropertyKey[],
  { name }: Checked,
  column: CatalogColumn,
): Generator<Finding> {
  const field = String(path.at(-1));
  const missing = listWritten(mapping, field).filter((word) => !column.labels.includes(word));
  if (missing.length > 0)
    yield {
      path,
      isWarning: field.toLowerCase().endsWith("status") && !mapping.status.words,
      message: `${name}.${column.name} is ${column.shown}, which has no ${missing.join(", ")}. It has ${column.labels.join(", ")}`,
    };
}

/** Words that a column cannot hold which names a row of another table by its key. */
function* checkKeys(
  mapping: Mapping,
  path: PropertyKey[],
  { name }: Checked,
  column: CatalogColumn,
): Generator<Finding> {
  const isKey = (word: string) =>
    column.kind === "uuid" ? z.guid().safeParse(word).success : /^-?\d{1,19}$/.test(word);
  const field = String(path.at(-1));
  const wrong = listWritten(mapping, field).filter((word) => !isKey(word));
  const remedy = field.toLowerCase().endsWith("status")
    ? 'Say what its numbers mean: status: { words: { "1": [active, trialing], … } }'
    : 'Where it names a row by its key, the key is the word: word: "…"';
  if (wrong.length > 0)
    yield {
      path,
      message: `${name}.${column.name} is ${column.shown}, which cannot hold ${wrong.join(", ")}. ${remedy}`,
    };
}
