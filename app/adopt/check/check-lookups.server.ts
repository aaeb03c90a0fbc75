import type pg from "pg";
import { z } from "zod";
import { selectBilling, selectUsers, selectWorkspaces } from "~/mapping/bridge/selects";
import { withoutOurTables } from "~/mapping/bridge/standalone";
import { type BridgeParts, isAmong } from "~/mapping/bridge/values";
import { listPlaces, type Mapping } from "~/mapping/mapping.server";
import { describePlace, describeTable, isColumnPlace } from "~/mapping/places";
import type { Check } from "./report";

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

/** Whether owners and their rows are found by an index. PostgreSQL is told to avoid reading whole tables, and is asked. */
export async function checkLookups(client: Client, parts: BridgeParts): Promise<Check[]> {
  const byIds = (column: string, type: Parameters<typeof isAmong>[2]) =>
    isAmong(column, "$1::pg_catalog.text[]", type);
  const lookups: [string, string][] = [
    ["an owner by its key", selectUsers(parts, byIds)],
    ["a subscription by its owner", selectBilling(parts, byIds)],
    ...(parts.mapping.access.by === "workspaces"
      ? [["a workspace by its owner", selectWorkspaces(parts, byIds)] satisfies [string, string]]
      : []),
  ];
  const checks: Check[] = [];
  await client.query("SET LOCAL enable_seqscan = off");
  for (const [about, sql] of lookups) {
    const { rows } = await client.query<unknown[]>(
      `EXPLAIN (FORMAT JSON, VERBOSE) ${withoutOurTables(sql)}`,
      [["1"]],
    );
    const [row] = z.array(planRow).parse(rows);
    const scanned = row ? listScans(row["QUERY PLAN"][0]?.Plan) : [];
    for (const { name, filter } of scanned)
      checks.push({
        ...{ level: "note", about: name },
        text: `${about} is found by reading the whole table${filter ? ` (${filter})` : ""}. ${adviseIndex(parts.mapping, name)}`,
      });
  }
  await client.query("SET LOCAL enable_seqscan = on");
  checks.push(...checkCustomerIndex(parts));
  return checks.length > 0
    ? checks
    : [{ level: "ok", about: "look-ups", text: "owners, subscriptions and customers are found by an index" }];
}

function listScans(node: PlanNode | undefined): { name: string; filter: string | undefined }[] {
  if (!node) return [];
  const inner = (node.Plans ?? []).flatMap(listScans);
  const name = node["Relation Name"];
  if (node["Node Type"] !== "Seq Scan" || name === undefined) return inner;
  return [{ name: [node.Schema, name].filter(Boolean).join("."), filter: node.Filter }, ...inner];
}

/** Which table an expression looks into by which column only its author knows. */
function adviseIndex(mapping: Mapping, name: string): string {
  const column = findLookedUp(mapping, name);
  return column === undefined
    ? `An expression of the mapping looks into ${name}: it needs an index on the column that it compares with the owner`
    : `CREATE INDEX CONCURRENTLY ON ${name} (${column})`;
}

/** The column by which rows of a table are looked up. */
function findLookedUp({ tables: { owners, ...others } }: Mapping, name: string): string | undefined {
  const source = [...owners, ...Object.values(others)].find(
    ({ table }) => table && describeTable(table) === name,
  );
  return source && ("owner" in source ? source.owner : source.key);
}

/** Each event of Stripe asks whose customer it is. */
function checkCustomerIndex({ mapping, catalog }: BridgeParts): Check[] {
  const places = mapping.tables.owners.flatMap((kind) =>
    listPlaces(mapping, kind).flatMap(([name, place]) =>
      name === "customer" || name === "subscription" ? [{ name, place }] : [],
    ),
  );
  return places.flatMap(({ name, place }): Check[] => {
    if (!isColumnPlace(place)) return [];
    const table = catalog.tables[place.alias];
    const isIndexed = place.path.length === 0 && table?.indexed.includes(place.column);
    if (table?.relation !== "table" || isIndexed) return [];
    const source = mapping.tables.owners.find(({ as }) => as === place.alias) ?? mapping.tables[place.alias];
    const named = source && !Array.isArray(source) ? source.table : undefined;
    const shown = named ? `${named.schema}.${named.name}` : place.alias;
    return [
      {
        ...{ level: "note", about: describePlace(place) },
        text: `the owner of a ${name} is found by reading the whole table. CREATE INDEX CONCURRENTLY ON ${shown} (${place.path.length > 0 ? `(${place.column} #>> '{${place.path.join(",")}}')` : place.column})`,
      },
    ];
  });
}
