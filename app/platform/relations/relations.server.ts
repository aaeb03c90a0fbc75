import { z } from "zod";
import { type Query, quoteIdentifier } from "~/platform/migrations/pg-client.server";
import {
  type ApplicationTable,
  findTableProblems,
  listApplicationTables,
  nameTable,
} from "./application-tables.server";
import { listRelationColumns, RELATION_NAMES, type RelationName } from "./columns.server";

/** The name of the application's tables in the list of what is missing. */
export const RELATIONS = "the application's tables";

const missingRow = z.object({ missing: z.array(z.string()) });
const pathRow = z.object({ path: z.array(z.string()) });

const MISSING = `
  SELECT ARRAY(SELECT name FROM unnest(ARRAY['User', 'BillingSubscription', 'Workspace']) name
    WHERE to_regclass('parity.' || quote_ident(name)) IS NULL) AS missing`;

/** Whether one of the three relations is not there, so that nothing can be read or written. */
export async function areRelationsMissing(query: Query): Promise<boolean> {
  return (await listMissing(query)).length > 0;
}

async function listMissing(query: Query): Promise<string[]> {
  const [row] = await query(MISSING);
  return missingRow.parse(row).missing;
}

/**
 * Makes those of the three relations that are missing, as plain views in our schema over the application's tables, where
 * these have exactly the names and columns that Parity asks for. They are looked for in `schemas`, then on the search path, then in
 * `public`. Otherwise nothing is made, and the answer says why: one sentence for each table or column.
 */
export async function installRelations(query: Query, schemas: readonly string[]): Promise<string[]> {
  const [row] = await query("SELECT current_schemas(false)::text[] AS path");
  const places = [...new Set([...schemas, ...pathRow.parse(row).path, "public"])].filter(
    (place) => place !== "parity",
  );
  const tables = await listApplicationTables(query);
  const missing = new Set(await listMissing(query));
  const wanted = RELATION_NAMES.filter((relation) => missing.has(relation)).map((relation) => ({
    relation,
    table: places
      .map((place) => tables.find((table) => table.schema === place && table.relation === relation))
      .find((table) => table !== undefined),
  }));
  const problems = wanted.flatMap(({ relation, table }) =>
    table ? findTableProblems(relation, table) : [describeAbsent(relation, places, tables)],
  );
  if (problems.length > 0) return problems;
  const views = wanted.flatMap(({ relation, table }) => (table ? [toView(relation, table)] : []));
  // One message, one transaction: all of them or none.
  await query(views.join(";\n"));
  return [];
}

function toView(relation: RelationName, table: ApplicationTable): string {
  const columns = listRelationColumns(relation).map(([column]) => `"${column}"`);
  return `CREATE VIEW parity."${relation}" AS SELECT ${columns.join(", ")} FROM ${nameTable(table)}`;
}

function describeAbsent(
  relation: RelationName,
  places: readonly string[],
  tables: readonly ApplicationTable[],
): string {
  const elsewhere = tables.filter((table) => table.relation === relation).map(nameTable);
  const seen = elsewhere.length === 0 ? "" : ` There is ${elsewhere.join(", ")}.`;
  return `There is no table "${relation}" in ${places.map(quoteIdentifier).join(", ")}.${seen}`;
}
