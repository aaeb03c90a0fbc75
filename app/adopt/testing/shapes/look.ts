import type pg from "pg";
import type { RecordedOwner, Shape } from "./shape";

export type Looked = { access: string[]; billing: string[]; untouched: string[][] };

/** Records owners as the application does. */
export async function recordOwners(
  client: pg.Client,
  shape: Shape,
  owners: readonly RecordedOwner[],
): Promise<void> {
  for (const sql of shape.record) await client.query(sql, sql.includes("$1") ? [JSON.stringify(owners)] : []);
}

/** What the application has of its owners, and who gets in by its own rule. */
export async function lookAt(client: pg.Client, shape: Shape): Promise<Looked> {
  const read = async (sql: string) => {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows.map((row) => JSON.stringify(row)).sort();
  };
  const untouched: string[][] = [];
  for (const sql of shape.untouched) untouched.push(await read(sql));
  return { access: await read(shape.access), billing: await read(shape.billing), untouched };
}

/** The rows of the one that the other does not have. */
export const compareRows = (one: Looked, other: Looked): { access: string[]; billing: string[] } => ({
  access: one.access.filter((row) => !other.access.includes(row)),
  billing: one.billing.filter((row) => !other.billing.includes(row)),
});
