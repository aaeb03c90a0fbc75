import { z } from "zod";
import type { Database } from "../../../app/platform/client.server";

const indexRows = z.array(
  z.object({ name: z.string(), definition: z.string(), statistics: z.number().nullable() }),
);

/**
 * Does work that fills tables, makes their indexes afterwards, and brings the statistics up to date: a million users then take
 * two minutes, where row by row the index of the search alone takes ten. Unique indexes stay: they hold the rows apart.
 */
export async function fillWithoutIndexes(db: Database, work: () => Promise<void>): Promise<void> {
  const indexes = indexRows.parse(
    await db.$queryRaw`
      SELECT format('%I.%I', n.nspname, c.relname) AS name, pg_get_indexdef(c.oid) AS definition,
        (SELECT max(a.attstattarget)::int FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget > 0) AS statistics
      FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('parity', 'app') AND NOT x.indisunique`,
  );
  for (const { name } of indexes) await db.$executeRawUnsafe(`DROP INDEX ${name}`);
  await work();
  for (const { name, definition, statistics } of indexes)
    await db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT set_config('maintenance_work_mem', '512MB', true)`;
      await tx.$executeRawUnsafe(definition);
      if (statistics !== null)
        await tx.$executeRawUnsafe(`ALTER INDEX ${name} ALTER COLUMN 1 SET STATISTICS ${statistics}`);
    });
  await db.$executeRaw`VACUUM (ANALYZE)`;
}
