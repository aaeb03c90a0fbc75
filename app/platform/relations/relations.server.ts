import type pg from "pg";
import { z } from "zod";
import { createDefaultDocument } from "~/mapping/default-mapping.server";
import { installBridge } from "~/mapping/install.server";
import { type Query, queryOn, quoteIdentifier } from "~/platform/migrations/pg-client.server";
import {
  type ApplicationTable,
  findTableProblems,
  listApplicationTables,
  nameTable,
} from "./application-tables.server";
import { RELATION_NAMES, type RelationName } from "./columns.server";

/** The name of the application's tables in the list of what is missing. */
export const RELATIONS = "the application's tables";

const missingRow = z.object({ missing: z.array(z.string()) });
const pathRow = z.object({ path: z.array(z.string()) });

const MISSING = `
  SELECT ARRAY(SELECT name FROM unnest(ARRAY['User', 'BillingSubscription', 'Workspace']) name
    WHERE to_regclass('parity.' || quote_ident(name)) IS NULL OR to_regproc('parity.write_records') IS NULL) AS missing`;

/** Whether one of the three relations is not there, so that nothing can be read or written. */
export async function areRelationsMissing(query: Query): Promise<boolean> {
  return (await listMissing(query)).length > 0;
}

async function listMissing(query: Query): Promise<string[]> {
  const [row] = await query(MISSING);
  return missingRow.parse(row).missing;
}

/**
 * Makes the views and functions over the application's tables where these have exactly the names and columns that Parity asks
 * for: the mapping that needs no file. They are looked for in `schemas`, then on the search path, then in `public`. Otherwise
 * nothing is made, and the answer says why: one sentence for each table or column.
 */
export async function installRelations(client: pg.Client, schemas: readonly string[]): Promise<string[]> {
  const query = queryOn(client);
  const [row] = await query("SELECT current_schemas(false)::text[] AS path");
  const places = [...new Set([...schemas, ...pathRow.parse(row).path, "public"])].filter(
    (place) => place !== "parity",
  );
  const tables = await listApplicationTables(query);
  const find = (relation: RelationName) =>
    places
      .map((place) => tables.find((table) => table.schema === place && table.relation === relation))
      .find((table) => table !== undefined);
  const found = {
    User: find("User"),
    BillingSubscription: find("BillingSubscription"),
    Workspace: find("Workspace"),
  };
  const problems = RELATION_NAMES.flatMap((relation) => {
    const table = found[relation];
    return table ? findTableProblems(relation, table) : [describeAbsent(relation, places, tables)];
  });
  const { User, BillingSubscription, Workspace } = found;
  if (problems.length > 0 || !User || !BillingSubscription || !Workspace) return problems;
  const document = createDefaultDocument({
    User: User.schema,
    BillingSubscription: BillingSubscription.schema,
    Workspace: Workspace.schema,
  });
  await client.query("BEGIN");
  await installBridge(client, { document, source: null, installedBy: "db:migrate" });
  await client.query("COMMIT");
  return [];
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
