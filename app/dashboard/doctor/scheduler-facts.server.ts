import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const agoRow = z.object({ ago: z.number().nullable() });

/** Seconds since a scheduled run was last worked on; null when there was none. */
export async function countSecondsSinceScheduled(db: Database): Promise<number | null> {
  const query = sql`
    SELECT extract(epoch FROM now() - max("updatedAt"))::float8 AS ago FROM "Run" WHERE "actorKind" = 'cron'`;
  return (await queryOneOrThrow(db, agoRow, query)).ago;
}
