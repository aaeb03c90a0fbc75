import { shownName, writeIndex } from "./bridge/sql-text";
import { VARIABLES } from "./bridge/written-places";
import type { Catalog, CatalogTable } from "./catalog.server";
import { checkPlaces } from "./check-places";
import { type Checked, describeMissing, describeUnreadable, findChecked } from "./checked-table";
import type { Finding } from "./findings";
import { listTables, type MappedTable, type Mapping } from "./mapping.server";
import { suggest } from "./nearest-names";
import { describeTable } from "./places";

/** Whether a database can be read and written as a mapping says. All problems are found at once. */
export function checkMapping(mapping: Mapping, catalog: Catalog): Finding[] {
  const { owners } = mapping.tables;
  const sources: Pick<Checked, "alias" | "path" | "source">[] = [
    ...owners.map((source, index) => ({
      ...{ alias: source.as, source },
      path: ["tables", "owners", ...(owners.length > 1 ? [index] : [])],
    })),
    ...listTables(mapping).map(([alias, source]) => ({ alias, source, path: ["tables", alias] })),
  ];
  const findings: Finding[] = [];
  const checked: Checked[] = [];
  for (const { alias, path, source } of sources) {
    const name = source.table ? describeTable(source.table) : `the query of ${alias}`;
    const table = catalog.tables[alias];
    if (table) checked.push({ alias, path, source, name, table });
    else
      findings.push({
        path: [...path, "table"],
        message: `there is no table ${name}${suggestTable(name, catalog.names)}`,
      });
  }
  for (const one of checked) findings.push(...checkTable(one, mapping));
  findings.push(...checkKinds(checked.filter(({ path }) => path[1] === "owners")));
  return [...findings, ...checkPlaces(mapping, checked)];
}

/** Owners are known by their ids alone: two with the same id would be taken for one. Numbers are given out from 1 in each table. */
function* checkKinds(kinds: readonly Checked[]): Generator<Finding> {
  const numbered = kinds.filter((one) => findChecked(one, one.source.key ?? "")?.kind === "integer");
  const [first, second] = numbered;
  if (first && second)
    yield {
      path: [...second.path, "key"],
      message: `the keys of ${first.name} and of ${second.name} are whole numbers, so that two owners would have the same id. Map the kind of owners that pays`,
    };
}

/** The same table in another schema, or one with a name that is nearly the same. */
function suggestTable(name: string, names: readonly string[]): string {
  const [, last = name] = /^.*?\.(.*)$/s.exec(name) ?? [];
  const same = names.find((one) => one.endsWith(`.${last}`));
  return same === undefined ? suggest(name, names) : `: did you mean ${same}?`;
}

function* checkTable(one: Checked, mapping: Mapping): Generator<Finding> {
  const { source, path, name, table } = one;
  if (!table.can.select) yield { path, message: describeNoRight(one) };
  else yield* checkReading(one);
  yield* checkKey(one);
  if ("owner" in source && source.owner !== undefined) yield* checkOwner(one, source.owner, source);
  if (source.touch !== undefined) {
    const column = findChecked(one, source.touch);
    if (!column) yield { path: [...path, "touch"], message: describeMissing(one, source.touch) };
    else if (!["timestamptz", "timestamp", "date"].includes(column.kind))
      yield { path: [...path, "touch"], message: `${name}.${column.name} is ${column.shown}, and no time` };
  }
  if (source.end === "delete" && !table.can.delete)
    yield { path: [...path, "end"], message: `rows of ${name} cannot be deleted by the role of Parity` };
  if ("insert" in source) yield* checkInsert(one, source, mapping);
  if ("ensure" in source && source.ensure) yield* checkConstants(one, source.ensure, "ensure");
}

function describeNoRight({ name, source }: Checked): string {
  const [schema, table] = source.table
    ? [shownName(source.table.schema), shownName(source.table.name)]
    : ["", name];
  const usage = source.table ? `GRANT USAGE ON SCHEMA ${schema} TO it; ` : "";
  return `the role of Parity may not read ${name}: ${usage}GRANT SELECT ON ${schema ? `${schema}.${table}` : table} TO it`;
}

/** Rights to columns that hold keys; those of the fields are found with their places. */
function* checkReading(one: Checked): Generator<Finding> {
  const { source, path } = one;
  const keys = ["key", ...("owner" in source ? ["owner" as const] : [])] as const;
  for (const part of keys) {
    const name = part === "key" ? source.key : "owner" in source ? source.owner : undefined;
    const column = name === undefined ? undefined : findChecked(one, name);
    if (column && !column.canSelect)
      yield { path: [...path, part], message: describeUnreadable(one, column) };
  }
}

const KEY_KINDS = ["text", "uuid", "integer"];

function* checkKey(one: Checked): Generator<Finding> {
  const { source, name, table } = one;
  const path = [...one.path, "key"];
  if (source.key === undefined) return;
  const column = findChecked(one, source.key);
  if (!column) yield { path, message: describeMissing(one, source.key) };
  else if (!KEY_KINDS.includes(column.kind))
    yield {
      path,
      message: `${name}.${column.name} is ${column.shown}. A key is text, uuid or a whole number`,
    };
  else if (table.relation === "table" && !isUnique(table, source.key)) {
    const composite =
      table.primaryKey.length > 1
        ? `: its primary key has several columns (${table.primaryKey.join(", ")}), which a mapping cannot use`
        : "";
    yield {
      path,
      message: `${name}.${column.name} is not unique${composite}. Name a column with a unique index`,
    };
  } else if (table.relation === "table" && !table.indexed.includes(source.key))
    yield { ...adviseIndex(one, source.key), path };
}

const isUnique = ({ unique }: CatalogTable, column: string): boolean =>
  unique.some((columns) => columns.length === 1 && columns[0] === column);

const adviseIndex = ({ name, path, source }: Checked, column: string): Finding => ({
  path,
  isWarning: true,
  message: `${name}.${column} has no index, so that each look-up reads the whole table${source.table ? `. ${writeIndex(source.table, column)}` : ""}`,
});

function* checkOwner(one: Checked, owner: string, source: MappedTable): Generator<Finding> {
  const { name, table } = one;
  const path = [...one.path, "owner"];
  const column = findChecked(one, owner);
  if (!column) yield { path, message: describeMissing(one, owner) };
  else if (!KEY_KINDS.includes(column.kind))
    yield {
      path,
      message: `${name}.${column.name} is ${column.shown}. The key of an owner is text, uuid or a whole number`,
    };
  else if (table.relation === "table") {
    const isOne = source.rows === "one" && one.alias !== "workspaces";
    if (isOne && source.where === undefined && !isUnique(table, owner))
      yield {
        path,
        message: `${name}.${owner} is not unique, so that an owner may have several rows. ${one.alias === "subscriptions" ? "Say rows: many, or make it unique" : "Make it unique"}`,
      };
    if (!table.indexed.includes(owner)) yield { ...adviseIndex(one, owner), path };
  }
}

function* checkInsert(one: Checked, source: MappedTable, mapping: Mapping): Generator<Finding> {
  const { name, table } = one;
  const path = [...one.path, "insert"];
  if (source.insert === false) return;
  yield* checkConstants(one, source.insert.set, "insert");
  if (!table.can.insert)
    yield { path, message: `rows cannot be inserted into ${name} by the role of Parity` };
  const places = [...Object.values(mapping.fields), ...Object.values(mapping.sets), mapping.access.column];
  const given = new Set([
    source.owner,
    source.touch,
    ...Object.keys(source.insert.set),
    ...places.flatMap((place) =>
      place && "column" in place && place.alias === one.alias ? [place.column] : [],
    ),
  ]);
  for (const column of table.columns)
    if (column.notNull && !column.hasDefault && !given.has(column.name))
      yield {
        path,
        message: `${name}.${column.name} must have a value when a row is inserted. Give it under insert: { set: { ${column.name}: … } }, for example a constant, $uuid, $now or $product`,
      };
}

const KNOWN_VARIABLES = ["$now", "$created", ...Object.keys(VARIABLES)];

function* checkConstants(
  one: Checked,
  constants: Readonly<Record<string, unknown>>,
  part: string,
): Generator<Finding> {
  for (const [column, value] of Object.entries(constants)) {
    const path = [...one.path, part, ...(part === "insert" ? ["set"] : []), column];
    if (!findChecked(one, column)) yield { path, message: describeMissing(one, column) };
    if (typeof value === "string" && /^\$\w+$/.test(value) && !KNOWN_VARIABLES.includes(value))
      yield { path, message: `${value} is not known. Known: ${KNOWN_VARIABLES.join(", ")}` };
  }
}
