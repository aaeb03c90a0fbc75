import type pg from "pg";
import { z } from "zod";
import { selectBilling, selectUsers, selectWorkspaces } from "./bridge/selects";
import { writeIndex } from "./bridge/sql-text";
import { withoutOurTables } from "./bridge/standalone";
import { type BridgeParts, isAmong } from "./bridge/values";
import { listPlaces } from "./mapping.server";
import { describePlace, describeTable, isColumnPlace } from "./places";

type Client = Pick<pg.ClientBase, "query">;
type PlanNode = {
  "Node Type": string;
  "Relation Name"?: string;
  Schema?: string;
  Filter?: string;
  Plans?: PlanNode[];
};

const planNode: z.ZodType<PlanNode> = z.lazy(() =>
  z.object({
    "Node Type": z.string(),
    ...{
      "Relation Name": z.string().optional(),
      Schema: z.string().optional(),
      Filter: z.string().optional(),
    },
    Plans: z.array(planNode).optional(),
  }),
);
const planRow = z.object({ "QUERY PLAN": z.array(z.object({ Plan: planNode })) });

/** A look-up that reads a whole table, and what mends it. */
export type SlowLookUp = {
  /** The table, or the place. */
  about: string;
  text: string;
  /** A statement, or in words where only the author of an expression knows the column. */
  remedy: string;
};

/**
 * The look-ups of owners and their rows that no index serves, beside those that `checkMapping` names. PostgreSQL is told to
 * avoid reading whole tables, and is asked. Needs a transaction.
 */
export async function findSlowLookUps(client: Client, parts: BridgeParts): Promise<SlowLookUp[]> {
  const byIds = (column: string, type: Parameters<typeof isAmong>[2]) =>
    isAmong(column, "$1::pg_catalog.text[]", type);
  const lookups: [string, string][] = [
    ["an owner by its key", selectUsers(parts, byIds)],
    ["a subscription by its owner", selectBilling(parts, byIds)],
    ...(parts.mapping.access.by === "workspaces"
      ? [["a workspace by its owner", selectWorkspaces(parts, byIds)] satisfies [string, string]]
      : []),
  ];
  const slow = new Map<string, SlowLookUp>();
  await client.query("SET LOCAL enable_seqscan = off");
  for (const [about, sql] of lookups) {
    const { rows } = await client.query<unknown[]>(
      `EXPLAIN (FORMAT JSON, VERBOSE) ${withoutOurTables(sql)}`,
      [["1"]],
    );
    const [row] = z.array(planRow).parse(rows);
    for (const { name, filter } of row ? listScans(row["QUERY PLAN"][0]?.Plan) : []) {
      const lookedUp = findLookedUp(parts, name);
      if (lookedUp?.isNamed) continue;
      const text = `${about} is found by reading the whole table${filter ? ` (${filter})` : ""}`;
      // The view uses an expression twice, each time under another alias.
      if (slow.has(`${name}, ${about}`)) continue;
      slow.set(`${name}, ${about}`, { about: name, text, remedy: lookedUp?.statement ?? adviseIndex(name) });
    }
  }
  await client.query("SET LOCAL enable_seqscan = on");
  return [...slow.values(), ...checkCustomerIndex(parts)];
}

function listScans(node: PlanNode | undefined): { name: string; filter: string | undefined }[] {
  if (!node) return [];
  const inner = (node.Plans ?? []).flatMap(listScans);
  const name = node["Relation Name"];
  if (node["Node Type"] !== "Seq Scan" || name === undefined) return inner;
  return [{ name: [node.Schema, name].filter(Boolean).join("."), filter: node.Filter }, ...inner];
}

/** Which table an expression looks into by which column only its author knows. */
const adviseIndex = (name: string): string =>
  `An expression of the mapping looks into ${name}: it needs an index on the column that it compares with the owner`;

/** The index by which rows of a table are looked up. `isNamed`: `checkMapping` says that it is missing. */
function findLookedUp({ mapping, catalog }: BridgeParts, name: string) {
  const { owners, ...others } = mapping.tables;
  const sources = [...owners.map((one) => [one.as, one] as const), ...Object.entries(others)];
  const [alias, source] = sources.find(([, { table }]) => table && describeTable(table) === name) ?? [];
  const column = source && ("owner" in source ? source.owner : source.key);
  const table = alias === undefined ? undefined : catalog.tables[alias];
  if (!source?.table || column === undefined || !table) return undefined;
  const isNamed = table.relation === "table" && !table.indexed.includes(column);
  return { statement: writeIndex(source.table, column), isNamed };
}

/** Each event of Stripe asks whose customer it is. */
function checkCustomerIndex({ mapping, catalog }: BridgeParts): SlowLookUp[] {
  const places = mapping.tables.owners.flatMap((kind) =>
    listPlaces(mapping, kind).flatMap(([name, place]) =>
      name === "customer" || name === "subscription" ? [{ name, place }] : [],
    ),
  );
  return places.flatMap(({ name, place }): SlowLookUp[] => {
    if (!isColumnPlace(place)) return [];
    const table = catalog.tables[place.alias];
    const isIndexed = place.path.length === 0 && table?.indexed.includes(place.column);
    if (table?.relation !== "table" || isIndexed) return [];
    const source = mapping.tables.owners.find(({ as }) => as === place.alias) ?? mapping.tables[place.alias];
    const named = source && !Array.isArray(source) ? source.table : undefined;
    if (!named) return [];
    return [
      {
        about: describePlace(place),
        text: `the owner of a ${name} is found by reading the whole table`,
        remedy: writeIndex(named, place.column, place.path),
      },
    ];
  });
}
