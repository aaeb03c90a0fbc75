import type { Database } from "~/platform/client.server";

/**
 * True for one of all processes in each minute of the database's clock. Not a job of the queue: that a queue is stuck must
 * be told, too.
 */
export async function claimMinute(db: Database): Promise<boolean> {
  const claimed = await db.$executeRaw`
    INSERT INTO parity."Cursor" (key, value)
    SELECT 'clock:alerts', to_jsonb(floor(extract(epoch FROM now()) / 60)::bigint)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedAt" = now()
    WHERE parity."Cursor".value <> excluded.value`;
  return claimed > 0;
}
