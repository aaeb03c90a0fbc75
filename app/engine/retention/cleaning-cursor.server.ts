import type { Database } from "~/platform/client.server";

const KEY = "cleaning";

/**
 * Takes up the cleaning of the day, or one whose time was up: true for one process only. One that died in it is followed after
 * a quarter of an hour.
 */
export async function claimCleaning(db: Database): Promise<boolean> {
  const claimed = await db.$executeRaw`
    INSERT INTO parity."Cursor" AS c (key, value) VALUES (${KEY}, '{"state": "busy"}')
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedAt" = now()
    WHERE c."updatedAt" < now() - CASE c.value->>'state' WHEN 'done' THEN interval '23 hours'
      WHEN 'busy' THEN interval '15 minutes' ELSE interval '0' END`;
  return claimed > 0;
}

/** `done` false: the time was up, and the next call goes on. */
export async function endCleaning(db: Database, done: boolean): Promise<void> {
  const value = JSON.stringify({ state: done ? "done" : "left" });
  await db.$executeRaw`UPDATE parity."Cursor" SET value = ${value}::jsonb, "updatedAt" = now() WHERE key = ${KEY}`;
}
