import { z } from "zod";
import type { Database, Tx } from "~/platform/client.server";
import { type Sql, sql } from "~/platform/sql.server";
import { type Mark, mark } from "~/stripe/ranges";

const finishedPass = z.object({
  runId: z.string(),
  /** Stamps of its first request's start and its last answer. */
  started: z.number(),
  ended: z.number(),
  /** Stripe's time of its first request: events are read from here. Epoch seconds. */
  stripeTime: z.number(),
  /** The database's clock, epoch seconds: what was written after it began, it may have missed. */
  beganAt: z.number(),
  finishedAt: z.number(),
  /** Where the next pass may cut the list. */
  cuts: z.array(mark).default([]),
});

/** The last full pass that finished. */
type StoredPass = z.infer<typeof finishedPass>;

const eventCursor = z.object({
  /** Stripe's time from which events are still to be read. Epoch seconds. */
  since: z.number(),
  /** The database's clock when that was: until then everybody is known. */
  at: z.number().default(0),
});
export type EventCursor = z.infer<typeof eventCursor>;

/** The last full pass that finished, and until when events have been followed since. */
export type FinishedPass = Omit<StoredPass, "cuts"> & {
  /** The database's clock, epoch seconds: what Stripe said until then is known. */
  coveredAt: number;
};

/** Stripe keeps events for 30 days: an event cursor older than this is broken, and only a full pass mends it. */
export const EVENT_REACH_SECONDS = 25 * 86_400;

/** The last finished pass while the event cursor is unbroken since; null before the first one, or when it is broken. */
export async function lastPass(db: Database | Tx): Promise<FinishedPass | null> {
  const found = await passAndEvents(db);
  if (!found || found.age >= EVENT_REACH_SECONDS) return null;
  const { cuts: _, ...pass } = found.pass;
  return { ...pass, coveredAt: Math.max(pass.finishedAt, found.events.at) };
}

/** Where events are read from; null when there is nothing to go on from, and only a full pass helps. */
export async function lastEvents(db: Database | Tx): Promise<EventCursor | null> {
  const found = await passAndEvents(db);
  return found && found.age < EVENT_REACH_SECONDS ? found.events : null;
}

/** Where the last finished pass says that the list may be cut; empty before there was one. However long ago it was. */
export async function lastCuts(db: Database): Promise<Mark[]> {
  return (await passAndEvents(db))?.pass.cuts ?? [];
}

/**
 * Until when everybody is known in whom nothing was found, as a moment: passes and ticks say nothing about users one by
 * one. NULL before the first pass.
 */
export const coveredAt: Sql = sql`(SELECT to_timestamp((value->>'at')::float8) FROM "Cursor" WHERE key = 'events')`;

/** Seconds since everybody was known; null before the first pass. */
export async function coveredSecondsAgo(db: Database | Tx): Promise<number | null> {
  const rows = await db.$queryRaw<{ ago: number | null }[]>(
    sql`SELECT extract(epoch FROM now() - ${coveredAt})::float8 AS ago`,
  );
  return rows[0]?.ago ?? null;
}

async function passAndEvents(
  db: Database | Tx,
): Promise<{ pass: StoredPass; events: EventCursor; age: number } | null> {
  const rows = await db.$queryRaw<{ pass: unknown; events: unknown; now: number }[]>`
    SELECT p.value AS pass, e.value AS events, extract(epoch FROM now())::float8 AS now
    FROM "Cursor" p JOIN "Cursor" e ON e.key = 'events' WHERE p.key = 'pass'`;
  const [row] = rows;
  if (!row) return null;
  const events = eventCursor.parse(row.events);
  return { pass: finishedPass.parse(row.pass), events, age: row.now - events.since };
}

/** Records a finished pass, and that events are to be read from its beginning. */
export async function savePass(tx: Tx, pass: StoredPass): Promise<void> {
  await save(tx, "pass", pass);
  await saveEvents(tx, { since: pass.stripeTime, at: pass.beganAt });
}

/** Events have been followed until here. */
export async function saveEvents(tx: Tx, events: EventCursor): Promise<void> {
  await save(tx, "events", events);
}

/** What the evaluate was given when everybody was last evaluated; null when that is not known. */
export async function findEvaluatedContext(db: Database | Tx): Promise<string | null> {
  const row = await db.cursor.findUnique({ where: { key: "evaluated_context" } });
  return z
    .string()
    .nullable()
    .parse(row?.value ?? null);
}

export async function saveEvaluatedContext(tx: Tx, ground: string): Promise<void> {
  await save(tx, "evaluated_context", ground);
}

/** Something else than the rules has changed for everybody: until they are evaluated again, nobody counts as evaluated. */
export async function forgetEvaluatedContext(tx: Tx): Promise<void> {
  await tx.cursor.deleteMany({ where: { key: "evaluated_context" } });
}

async function save(tx: Tx, key: string, value: unknown): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "Cursor" (key, value) VALUES (${key}, ${JSON.stringify(value)}::jsonb)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedAt" = now()`;
}
