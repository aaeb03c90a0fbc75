import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const KEY = "cleaning";

/**
 * Takes up the cleaning of the day, or one whose time was up: true for one process only. One that died in it is followed after
 * a quarter of an hour.
 */
export async function claimCleaning(db: Database): Promise<boolean> {
  const claimed = await db.$executeRaw`
    INSERT INTO parity."Cursor" AS c (key, value) VALUES (${KEY}, '{"state": "busy"}')
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedAt" = now()
    WHERE c.value->>'state' = 'left'
      OR c."updatedAt" < now() - CASE c.value->>'state' WHEN 'done' THEN interval '23 hours' ELSE interval '15 minutes' END`;
  return claimed > 0;
}

/** `done` false: the time was up, and the next call goes on. */
export async function endCleaning(db: Database, done: boolean): Promise<void> {
  const value = JSON.stringify({ state: done ? "done" : "left" });
  await db.$executeRaw`
    INSERT INTO parity."Cursor" (key, value) VALUES (${KEY}, ${value}::jsonb)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedAt" = now()`;
}

const lastRow = z.object({ state: z.enum(["busy", "done", "left"]), secondsAgo: z.number() });

/** The last cleaning: `left` when its time was up before it was through. Null: there was none yet. */
export async function findLastCleaning(db: Database): Promise<z.output<typeof lastRow> | null> {
  const [last] = await queryRows(
    db,
    lastRow,
    sql`SELECT value->>'state' AS state, extract(epoch FROM now() - "updatedAt")::float8 AS "secondsAgo"
      FROM parity."Cursor" WHERE key = ${KEY}`,
  );
  return last ?? null;
}
