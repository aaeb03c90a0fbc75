import { z } from "zod";
import type { Database } from "../../../app/platform/client.server";

export const STATEMENTS_LIBRARY = "pg_stat_statements";

const readRow = z.object({ pages: z.coerce.number(), query: z.string() });

const timedRow = z.object({ ms: z.number(), calls: z.coerce.number(), query: z.string() });

/** What the database reads for something, in pages of 8 kB: it does not depend on what else the machine does. */
export async function openStatements(db: Database) {
  await db.$executeRawUnsafe("CREATE SCHEMA IF NOT EXISTS bench_statements");
  await db.$executeRawUnsafe("CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA bench_statements");
  return {
    /** The statements that took longest: milliseconds on the clock, how often, and how they begin. */
    async listSlowest(work: () => Promise<unknown>, most: number): Promise<z.infer<typeof timedRow>[]> {
      await db.$queryRawUnsafe("SELECT bench_statements.pg_stat_statements_reset()::text");
      await work();
      const rows = await db.$queryRawUnsafe(
        `SELECT total_exec_time AS ms, calls, left(regexp_replace(query, '\\s+', ' ', 'g'), 90) AS query
        FROM bench_statements.pg_stat_statements WHERE query NOT LIKE '%bench_statements%' ORDER BY 1 DESC LIMIT ${most}`,
      );
      return z.array(timedRow).parse(rows);
    },
    /** The pages of all statements, and the one that read most. */
    async measure(work: () => Promise<unknown>): Promise<{ pages: number; most: string; mostPages: number }> {
      await db.$queryRawUnsafe("SELECT bench_statements.pg_stat_statements_reset()::text");
      await work();
      const rows = await db.$queryRawUnsafe(
        `SELECT shared_blks_hit + shared_blks_read AS pages, query FROM bench_statements.pg_stat_statements
        WHERE query NOT LIKE '%bench_statements%' ORDER BY 1 DESC`,
      );
      const read = z.array(readRow).parse(rows);
      return {
        pages: read.reduce((sum, { pages }) => sum + pages, 0),
        most: read[0]?.query ?? "",
        mostPages: read[0]?.pages ?? 0,
      };
    },
  };
}
