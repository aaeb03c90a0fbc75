import type { z } from "zod";
import type { Database, Tx } from "./client.server";
import type { Sql } from "./sql.server";

/**
 * Runs a query and parses every row. For thousands of rows with many columns use `json-tables.server.ts`, which is cheaper.
 * @throws ZodError when a row does not match; it names the column and never the value.
 */
export async function queryRows<Schema extends z.ZodType>(
  db: Pick<Database | Tx, "$queryRaw">,
  row: Schema,
  query: Sql,
): Promise<z.output<Schema>[]> {
  const rows = await db.$queryRaw<unknown[]>(query);
  return rows.map((one) => row.parse(one));
}

/** The same for a query that gives one row at most; null when it gives none. */
export async function queryOne<Schema extends z.ZodType>(
  db: Pick<Database | Tx, "$queryRaw">,
  row: Schema,
  query: Sql,
): Promise<z.output<Schema> | null> {
  const [first] = await queryRows(db, row, query);
  return first ?? null;
}

/** The same for a query that always gives a row. Throws when it gives none. */
export async function queryOneOrThrow<Schema extends z.ZodType>(
  db: Pick<Database | Tx, "$queryRaw">,
  row: Schema,
  query: Sql,
): Promise<z.output<Schema>> {
  const [first] = await queryRows(db, row, query);
  if (first === undefined) throw new Error("The query returned no row");
  return first;
}
