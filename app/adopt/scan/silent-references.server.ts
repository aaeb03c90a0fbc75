import type pg from "pg";
import { z } from "zod";
import { ident, qualify } from "~/mapping/bridge/sql-text";
import { listPossibleOwners, listSilentColumns } from "../propose/find-tables";
import type { ForeignKey, Scan, ScannedTable } from "./scan-database.server";

/**
 * Adds references that no foreign key declares: a column named after an owner whose values are keys of another table, also
 * of several tables (one column for users and organizations).
 */
export async function addSilentReferences(client: Pick<pg.ClientBase, "query">, scan: Scan): Promise<Scan> {
  const tables: ScannedTable[] = [];
  for (const table of scan.tables) {
    const found: ForeignKey[] = [];
    for (const column of listSilentColumns(table))
      for (const target of listPossibleOwners(scan)) {
        const [key] = target.primaryKey;
        if (target === table || key === undefined) continue;
        if (!isReadable(table, column) || !isReadable(target, key)) continue;
        const { rows } = await client.query<unknown[]>(
          `SELECT EXISTS (SELECT FROM (SELECT DISTINCT ${ident(column)}::text AS id FROM
             (SELECT ${ident(column)} FROM ${qualify(table)} WHERE ${ident(column)} IS NOT NULL LIMIT 1000) filled) asked
           JOIN (SELECT ${ident(key)}::text AS id FROM ${qualify(target)} LIMIT 20000) kept USING (id)) AS found`,
        );
        const [row] = z.array(z.object({ found: z.boolean() })).parse(rows);
        if (row?.found)
          found.push({ column, table: { schema: target.schema, name: target.name }, target: key });
      }
    tables.push(found.length > 0 ? { ...table, references: [...table.references, ...found] } : table);
  }
  return { ...scan, tables };
}

const isReadable = ({ can, columns }: ScannedTable, column: string): boolean =>
  can.select && columns.some(({ name, canSelect }) => name === column && canSelect);
