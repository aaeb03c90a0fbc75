import { z } from "zod";
import { DEFAULT_METADATA_KEYS } from "~/billing/ids";
import type { EpochSeconds } from "~/billing/observation";
import type { Database, Tx } from "~/platform/client.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { type Sql, sql } from "~/platform/sql.server";
import { type Mark, mark } from "~/stripe/ranges";
import { parseStoredKeys, selectStoredKeys } from "./metadata-keys.server";

const storedFullRun = z.object({
  runId: z.string(),
  /** Versions of its first request's start and of its last answer. */
  started: z.number(),
  ended: z.number(),
  /** Stripe's time of its first request: events are read from here. Epoch seconds. */
  stripeTime: z.number(),
  /** The database's clock, epoch seconds: it may have missed what was written after it began. */
  beganAt: z.number(),
  finishedAt: z.number(),
  /** Where the next full run may divide the list. */
  cuts: z.array(mark).default([]),
  /** The keys of Stripe's metadata by which it found out whose customers it read. */
  metadataKeys: z.array(z.string()).default([...DEFAULT_METADATA_KEYS]),
});
type StoredFullRun = z.infer<typeof storedFullRun>;

const eventCursor = z.object({
  /** Stripe's time from which events are still to be read. Epoch seconds. */
  since: z.number(),
  /** The database's clock at that time: all users are observed until then. */
  at: z.number().default(0),
});
export type EventCursor = z.infer<typeof eventCursor>;

/** The last full run that read everything, and until when events have been followed since. */
export type FullRun = Omit<StoredFullRun, "cuts" | "metadataKeys"> & {
  /** The database's clock, epoch seconds: what Stripe said until then is known. */
  coveredAt: number;
};

/** Stripe keeps events for 30 days: an event cursor older than this is broken, and only a full run repairs it. */
const EVENT_REACH_SECONDS = 25 * 86_400;

/**
 * The last complete full run while the event cursor is unbroken since; null before the first one, when it is broken, and
 * when the keys of the metadata are others now: what that run stored may name other users.
 */
export async function findFullRun(db: Database | Tx): Promise<FullRun | null> {
  return toFullRun(await readCursors(db));
}

/** The same for the cursors that a statement selected by `selectCursors`. */
export function toFullRun(stored: z.infer<typeof storedCursors>): FullRun | null {
  const found = parseCursors(stored);
  if (!found?.isUnbroken) return null;
  const { cuts: _, metadataKeys: __, ...fullRun } = found.fullRun;
  return { ...fullRun, coveredAt: Math.max(fullRun.finishedAt, found.events.at) };
}

/** Where events are read from; null when only a full run helps, for the reasons of `findFullRun`. */
export async function findEventCursor(db: Database | Tx): Promise<EventCursor | null> {
  const found = parseCursors(await readCursors(db));
  return found?.isUnbroken ? found.events : null;
}

const sessionCursor = eventCursor.pick({ since: true }).extend({ metadataKeys: z.array(z.string()) });

/**
 * Until when the events about checkout sessions have been read, in Stripe's time, epoch seconds. Apart from the other
 * events, because a full run does not make up for one: a session is in no list of subscriptions. Null: none was read by
 * these keys of the metadata.
 */
export async function findSessionsSince(
  db: Database | Tx,
  metadataKeys: readonly string[],
): Promise<EpochSeconds | null> {
  const row = await db.cursor.findUnique({ where: { key: "session_events" } });
  const stored = row && sessionCursor.parse(row.value);
  return stored && isEqualList(stored.metadataKeys, metadataKeys) ? stored.since : null;
}

/** Events about checkout sessions have been read until here. */
export async function saveSessionsSince(
  tx: Tx,
  since: EpochSeconds,
  metadataKeys: readonly string[],
): Promise<void> {
  await saveCursor(tx, "session_events", { since, metadataKeys });
}

const isEqualList = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((text, index) => text === other[index]);

/** Where the last full run says that the list may be divided, however long ago it was; empty before there was one. */
export async function findLastCuts(db: Database): Promise<Mark[]> {
  return parseCursors(await readCursors(db))?.fullRun.cuts ?? [];
}

/** SQL: until when all users are observed. Runs do not write this down user by user. NULL before the first full run. */
export const coveredAt: Sql = sql`(SELECT to_timestamp((value->>'at')::float8) FROM parity."Cursor" WHERE key = 'events')`;

const agoRow = z.object({ ago: z.number().nullable() });

/** Seconds since all users were observed; null before the first full run. */
export async function countSecondsSinceCovered(db: Database | Tx): Promise<number | null> {
  const query = sql`SELECT extract(epoch FROM now() - ${coveredAt})::float8 AS ago`;
  return (await queryOneOrThrow(db, agoRow, query)).ago;
}

/** SQL: the cursors that tell what is covered, as one value; NULL before the first full run. */
export const selectCursors = sql`(SELECT jsonb_build_object('fullRun', f.value, 'events', e.value,
    'now', extract(epoch FROM now())::float8, 'keys', ${selectStoredKeys})
  FROM parity."Cursor" f JOIN parity."Cursor" e ON e.key = 'events' WHERE f.key = 'full_run')`;

export const storedCursors = z
  .object({ fullRun: storedFullRun, events: eventCursor, now: z.number(), keys: z.unknown() })
  .nullable();

const cursorsRow = z.object({ cursors: storedCursors });

const readCursors = async (db: Database | Tx) =>
  (await queryOneOrThrow(db, cursorsRow, sql`SELECT ${selectCursors} AS cursors`)).cursors;

function parseCursors(
  stored: z.infer<typeof storedCursors>,
): { fullRun: StoredFullRun; events: EventCursor; isUnbroken: boolean } | null {
  if (stored === null) return null;
  const { fullRun, events, now, keys } = stored;
  const isReached = now - events.since < EVENT_REACH_SECONDS;
  const isUnbroken = isReached && isEqualList(fullRun.metadataKeys, parseStoredKeys(keys));
  return { fullRun, events, isUnbroken };
}

/** SQL: when the first full run ever was complete: by then every customer of that time was observed. NULL before it. */
export const firstFullRunAt: Sql = sql`(SELECT to_timestamp((value->>'finishedAt')::float8) FROM parity."Cursor" WHERE key = 'first_full_run')`;

/** Records a complete full run, and that events are read from its beginning on. */
export async function saveFullRun(tx: Tx, fullRun: StoredFullRun): Promise<void> {
  await saveCursor(tx, "full_run", fullRun);
  const { finishedAt } = fullRun;
  await tx.$executeRaw`
    INSERT INTO parity."Cursor" (key, value) VALUES ('first_full_run', ${JSON.stringify({ finishedAt })}::jsonb)
    ON CONFLICT (key) DO NOTHING`;
  await saveEventCursor(tx, { since: fullRun.stripeTime, at: fullRun.beganAt });
}

/** Events have been read until here. */
export async function saveEventCursor(tx: Tx, events: EventCursor): Promise<void> {
  await saveCursor(tx, "events", events);
}

/** Fingerprint of the plans and rules by which all users were last evaluated; null when they were not. */
export async function findEvaluatedContext(db: Database | Tx): Promise<string | null> {
  const row = await db.cursor.findUnique({ where: { key: "evaluated_context" } });
  return z
    .string()
    .nullable()
    .parse(row?.value ?? null);
}

export async function saveEvaluatedContext(tx: Tx, fingerprint: string): Promise<void> {
  await saveCursor(tx, "evaluated_context", fingerprint);
}

/** Which share of the settled users the last full run that left users out has evaluated all the same; null when there was none. */
export async function findEvaluatedShare(db: Database | Tx): Promise<number | null> {
  const row = await db.cursor.findUnique({ where: { key: "evaluated_share" } });
  return z
    .number()
    .nullable()
    .parse(row?.value ?? null);
}

export async function saveEvaluatedShare(tx: Tx, share: number): Promise<void> {
  await saveCursor(tx, "evaluated_share", share);
}

const besideVersions = z.object({ beforeLast: z.number(), last: z.number() });

/** Versions at which incremental runs have last looked for users beside others, the last two times; null before the first. */
export async function findBesideVersions(tx: Tx): Promise<z.infer<typeof besideVersions> | null> {
  const row = await tx.cursor.findUnique({ where: { key: "beside_others" } });
  return besideVersions.nullable().parse(row?.value ?? null);
}

export async function saveBesideVersions(tx: Tx, versions: z.infer<typeof besideVersions>): Promise<void> {
  await saveCursor(tx, "beside_others", versions);
}

/** The next run evaluates all users, because something else than the rules has changed for all of them. */
export async function forgetEvaluatedContext(tx: Tx): Promise<void> {
  await tx.cursor.deleteMany({ where: { key: "evaluated_context" } });
}

/** A scheduler has called: that none does is seen by when this was. */
export async function saveSchedulerCall(db: Database): Promise<void> {
  await saveCursor(db, "scheduler", null);
}

async function saveCursor(tx: Database | Tx, key: string, value: unknown): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO parity."Cursor" (key, value) VALUES (${key}, ${JSON.stringify(value)}::jsonb)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, "updatedAt" = now()`;
}
