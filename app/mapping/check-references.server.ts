import { listKnownWords } from "./bridge/select-rows";
import type { Finding } from "./findings";
import { listTables, type MappedTable, type Mapping } from "./mapping.server";
import { suggest } from "./nearest-names";
import { isColumnPlace, type Place } from "./places";

/** What is wrong with a mapping by itself, without a database: names of tables that it does not have, parts that do not fit. */
export function checkReferences(mapping: Mapping): Finding[] {
  return [
    ...checkTables(mapping),
    ...checkPlaces(mapping),
    ...checkFields(mapping),
    ...checkAccess(mapping),
    ...checkStatuses(mapping),
    ...checkPlans(mapping),
  ];
}

function* checkTables(mapping: Mapping): Generator<Finding> {
  const kinds = mapping.tables.owners;
  for (const [index, kind] of kinds.entries()) {
    const path = ["tables", "owners", ...(kinds.length > 1 ? [index] : [])];
    yield* checkSource(kind, path);
    if (kinds.some((other, at) => at < index && other.as === kind.as))
      yield { path, message: `two kinds of owners are named ${kind.as}. Give each another name with as` };
  }
  for (const [alias, table] of listTables(mapping)) {
    const path = ["tables", alias];
    yield* checkSource(table, path);
    if (table.ensure === undefined && table.owner === undefined)
      yield { path, message: "owner is missing: the column that holds the owner's key" };
    if (table.ensure && table.key === undefined)
      yield { path, message: "key is missing: the column that holds the id of the price or product" };
    if (table.rows === "many" && alias !== "subscriptions" && alias !== "workspaces")
      yield { path: [...path, "rows"], message: "only subscriptions can have many rows for one owner" };
    if (table.premade !== undefined && (alias !== "subscriptions" || table.rows !== "many"))
      yield {
        path: [...path, "premade"],
        message: "only subscriptions with many rows have rows that are made before",
      };
    if (table.rows === "many" && table.end === "clear")
      yield {
        path: [...path, "end"],
        message: "rows of a table with many rows can be kept or deleted, not cleared",
      };
  }
}

function* checkSource(table: Pick<MappedTable, "table" | "query">, path: PropertyKey[]): Generator<Finding> {
  if ((table.table === undefined) === (table.query === undefined))
    yield { path, message: "needs either table or query" };
}

/** Every place of the mapping, with where it stands in the file. */
export function listAllPlaces(mapping: Mapping): { path: PropertyKey[]; place: Place }[] {
  const kinds = mapping.tables.owners;
  const { access } = mapping;
  const entries = (path: PropertyKey[], places: object | undefined) =>
    Object.entries<Place | undefined>({ ...places }).map(([name, place]) => ({
      path: [...path, name],
      place,
    }));
  const { status, seats, name } = access.workspaces ?? {};
  return [
    ...entries(["fields"], mapping.fields),
    ...kinds.flatMap((kind, index) =>
      entries(["tables", "owners", ...(kinds.length > 1 ? [index] : []), "fields"], kind.fields),
    ),
    ...entries(["sets"], mapping.sets),
    ...entries(["access"], { column: access.column }),
    ...entries(["access", "workspaces"], { status, seats, name }),
  ].flatMap(({ path, place }) => (place === undefined ? [] : [{ path, place }]));
}

function* checkPlaces(mapping: Mapping): Generator<Finding> {
  const kinds = mapping.tables.owners.map(({ as }) => as);
  const aliases = [...kinds, ...listTables(mapping).map(([alias]) => alias)];
  for (const { path, place } of listAllPlaces(mapping))
    if (isColumnPlace(place) && !aliases.includes(place.alias))
      yield {
        path,
        message: `there is no table ${place.alias} under tables${suggest(place.alias, aliases)}`,
      };
}

function* checkFields(mapping: Mapping): Generator<Finding> {
  const { fields, tables } = mapping;
  const path = ["fields"];
  const all = [fields, ...tables.owners.map((kind) => ({ ...fields, ...kind.fields }))];
  for (const each of tables.owners.length > 0 ? all.slice(1) : all) {
    if (each.customer === undefined && each.subscription === undefined)
      yield {
        path,
        message:
          "neither customer nor subscription has a place: without one of them no payment can be recognised",
      };
    const alone = (
      ["price", "product", "quantity", "amount", "currency", "interval", "periodStart"] as const
    ).filter((name) => each[name] !== undefined && each.subscription === undefined);
    if (alone.length > 0)
      yield {
        path,
        message: `${alone.join(", ")}: needs a place for subscription, the id of Stripe's subscription`,
      };
  }
  if (tables.subscriptions?.rows === "many") {
    const { subscription } = fields;
    if (
      !isColumnPlace(subscription) ||
      subscription.alias !== "subscriptions" ||
      subscription.path.length > 0
    )
      yield {
        path,
        message: "with many rows of subscriptions, subscription must be a column of subscriptions",
      };
  }
}

function* checkAccess({ access, fields, tables }: Mapping): Generator<Finding> {
  const path = ["access"];
  if (
    access.by === "workspaces" &&
    (!access.workspaces || !tables.workspaces?.key || !tables.workspaces.owner)
  )
    yield {
      path,
      message:
        "access by workspaces needs tables.workspaces with key and owner, and access.workspaces with status",
    };
  if ((access.by === "boolean" || access.by === "seats") && !access.column)
    yield { path, message: `access by ${access.by} needs column, the place that the application looks at` };
  if (access.by === "date" && !access.column && !fields.periodEnd)
    yield { path, message: "access by date needs a place for periodEnd, or column" };
  const needed = access.by === "plan" || access.by === "status" ? access.by : null;
  if (needed && !fields[needed] && !tables.owners.every((kind) => kind.fields?.[needed]))
    yield { path: [...path, "by"], message: `access by ${needed} needs a place for ${needed}` };
}

/** Who pays must be let in by the statuses that Parity writes. */
function* checkStatuses({ status, fields, tables }: Mapping): Generator<Finding> {
  const { access, cancelScheduled, byHand } = status;
  if (access === undefined) return;
  const path = ["status", "access"];
  if (!fields.status && !tables.owners.every((kind) => kind.fields?.status))
    yield { path, message: "needs a place for status" };
  const known = [...listKnownWords({ status }), ...byHand];
  for (const [index, word] of access.entries())
    if (!known.includes(word))
      yield {
        path: [...path, index],
        message: `${word} is no status of this mapping${suggest(word, known)}`,
      };
  const active = status.words
    ? Object.entries(status.words).find(([, statuses]) => statuses.includes("active"))?.[0]
    : "active";
  for (const word of [active, cancelScheduled])
    if (word !== undefined && !access.includes(word))
      yield {
        path,
        message: `${word} is missing: ${word === active ? "who pays has this status" : "who has paid until the end has this status"}, and would not be let in`,
      };
}

function* checkPlans({ plans, sets }: Mapping): Generator<Finding> {
  const seen = new Map<string, string>();
  for (const [name, plan] of Object.entries(plans)) {
    const path = ["plans", name];
    for (const kind of ["prices", "lookupKeys", "products"] as const)
      for (const value of plan[kind]) {
        const other = seen.get(`${kind} ${value}`);
        if (other !== undefined)
          yield { path: [...path, kind], message: `${value} is also in the plan ${other}` };
        seen.set(`${kind} ${value}`, name);
      }
    for (const set of Object.keys(plan.sets))
      if (!(set in sets))
        yield {
          path: [...path, "sets", set],
          message: `${set} has no place under sets${suggest(set, Object.keys(sets))}`,
        };
  }
}
