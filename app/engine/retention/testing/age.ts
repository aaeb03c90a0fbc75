import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { raw, sql } from "~/platform/sql.server";

const columnRow = z.object({ table: z.string(), column: z.string() });

/** Lets time pass: everything that Parity has stored is so many days older, also what is append-only. */
export async function age(db: Database, days: number): Promise<void> {
  const columns = await queryRows(
    db,
    columnRow,
    sql`SELECT c.table_name AS table, c.column_name AS column FROM information_schema.columns c
      JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
      WHERE c.table_schema = 'parity' AND t.table_type = 'BASE TABLE' AND c.data_type = 'timestamp with time zone'
        AND c.table_name NOT IN ('Mapping', 'AppliedMigration', 'StripeRateBucket')`,
  );
  const tables = new Map<string, typeof columns>();
  for (const one of columns) tables.set(one.table, [...(tables.get(one.table) ?? []), one]);
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL session_replication_role = replica`;
    for (const [table, of] of tables) {
      const shifts = of.map(({ column }) => `"${column}" = "${column}" - make_interval(days => ${days})`);
      await tx.$executeRaw(sql`UPDATE ${raw(`parity."${table}" SET ${shifts.join(", ")}`)}`);
    }
  });
}
