import type pg from "pg";
import { z } from "zod";
import { ident, qualify } from "~/mapping/bridge/sql-text";
import type { PlanTable } from "../propose/find-plan-table";

const planRow = z.object({
  ...{ word: z.string(), code: z.string().nullable(), name: z.string().nullable() },
  ...{ prices: z.array(z.string().nullable()), products: z.array(z.string().nullable()) },
});

/** A plan of the application's own table of plans. */
export type PlanRow = {
  /** What the owner's record holds: the key of this row. */
  word: string;
  /** How a person calls it. */
  label: string;
  name: string | null;
  prices: string[];
  products: string[];
};

/** More rows than an application has plans. */
const MOST = 200;

/** The plans as the application defines them. Reads only. */
export async function readPlanRows(
  client: Pick<pg.ClientBase, "query">,
  { table, key, word, name, prices, products }: PlanTable,
): Promise<PlanRow[]> {
  const text = (column: string | null) => (column === null ? "NULL" : `nullif(${ident(column)}::text, '')`);
  const list = (columns: readonly string[]) => `ARRAY[${columns.map(text).join(", ")}]::text[]`;
  const { rows } = await client.query<unknown[]>(
    `SELECT ${ident(key)}::text AS word, ${text(word)} AS code, ${text(name)} AS name, ${list(prices)} AS prices,
       ${list(products)} AS products
     FROM ${qualify(table)} ORDER BY ${ident(key)} LIMIT ${MOST}`,
  );
  const select = (ids: readonly (string | null)[], pattern: RegExp) =>
    ids.flatMap((id) => (id !== null && pattern.test(id) ? [id] : []));
  return z
    .array(planRow)
    .parse(rows)
    .map((row) => ({
      ...{ word: row.word, name: row.name, label: row.code ?? row.name ?? row.word },
      ...{ prices: select(row.prices, /^(price|plan)_/), products: select(row.products, /^prod_/) },
    }));
}
