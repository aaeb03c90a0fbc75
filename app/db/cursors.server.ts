import { z } from "zod";
import type { Database, Tx } from "./client.server";

/** The last full pass that finished. */
export type FinishedPass = {
  runId: string;
  /** Stamps of its first request's start and its last answer. */
  started: number;
  ended: number;
  /** Stripe's time of its first request: events are read from here. Epoch seconds. */
  stripeTime: number;
  /** The database's clock, epoch seconds: what was written after it began, it may have missed. */
  beganAt: number;
  finishedAt: number;
};

const finishedPass: z.ZodType<FinishedPass> = z.object({
  runId: z.string(),
  started: z.number(),
  ended: z.number(),
  stripeTime: z.number(),
  beganAt: z.number(),
  finishedAt: z.number(),
});

/** Stripe keeps events for 30 days: an event cursor older than this is broken, and only a full pass mends it. */
const EVENT_REACH_SECONDS = 25 * 86_400;

/** The last finished pass while the event cursor is unbroken since; null before the first one, or when it is too old. */
export async function lastPass(db: Database | Tx): Promise<FinishedPass | null> {
  const rows = await db.$queryRaw<{ value: unknown; age: number }[]>`
    SELECT value, extract(epoch FROM now() - "updatedAt")::float8 AS age FROM "Cursor" WHERE key = 'pass'`;
  const [row] = rows;
  return row && row.age < EVENT_REACH_SECONDS ? finishedPass.parse(row.value) : null;
}

/** Records a finished pass, and that events are to be read from its beginning. */
export async function savePass(tx: Tx, pass: FinishedPass): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "Cursor" (key, value) VALUES ('pass', ${JSON.stringify(pass)}::jsonb),
      ('events', ${JSON.stringify({ since: pass.stripeTime })}::jsonb)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedAt" = now()`;
}
