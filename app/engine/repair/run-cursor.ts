import { z } from "zod";
import { range } from "~/stripe/ranges";

/** Ids of Stripe objects that could not be read: their users are not known, so they count as failed. */
const unreadable = z.array(z.string());

const observe = z.object({
  phase: z.literal("observe"),
  /** How far each range of the list has been read and committed. Empty before the first page. */
  ranges: z.array(range),
  /** Version and Stripe's time of the first request; null before it. */
  firstStarted: z.number().nullable(),
  firstStripeTime: z.number().nullable(),
  lastEnded: z.number().nullable(),
  unreadable,
  /** Customers that overlapping answers disagree about: they are read again before the full run counts. */
  contested: z.array(z.string()),
  /** The keys of Stripe's metadata by which the first page was stored; null before it. */
  metadataKeys: z.array(z.string()).nullable().default(null),
  /** The users that what was stored so far concerns are all in the recheck queue. */
  enqueuesAll: z.boolean().default(false),
});

const sessions = z.object({
  phase: z.literal("sessions"),
  /** The last event of the last page that was committed; null before the first page. */
  afterEventId: z.string().nullable(),
  /** Stripe's time of the first request; null before it. */
  readUntil: z.number().nullable(),
  /** The keys of Stripe's metadata by which the first page was read; null before it. */
  metadataKeys: z.array(z.string()).nullable(),
});

const events = z.object({
  phase: z.literal("events"),
  /** The last event of the last page that was committed; null before the first page. */
  afterEventId: z.string().nullable(),
  /** Stripe's time of the first request: the next run reads events from here. Null before it. */
  eventsReadUntil: z.number().nullable(),
  unreadable,
});

const read = z.object({
  phase: z.literal("read"),
  eventsReadUntil: z.number().nullable(),
  /** The last customer that was tried. */
  afterCustomerId: z.string().nullable(),
  /** Customers that are read although nothing says that they changed. */
  alsoRead: z.array(z.string()),
  unreadable,
});

const divide = z.object({ phase: z.literal("divide") });

const evaluate = z.object({
  phase: z.literal("evaluate"),
  /** All users, or only those in the recheck queue. */
  allUsers: z.boolean(),
  /** Fingerprint of the plans and rules that all users are evaluated by. */
  contextFingerprint: z.string(),
  /** The users whose status is settled are left out, but for this share of them; null: none is left out. */
  shareOfSettled: z.number().nullable().default(null),
});

const revoke = z.object({
  phase: z.literal("revoke"),
  allUsers: z.boolean(),
  /** The last user whose revocation was tried. */
  afterUserId: z.string().nullable(),
});

const finished = z.object({ phase: z.literal("finished") });

/**
 * Where a run is, so that any process can continue it: one shape for each phase. A full run goes observe → sessions →
 * divide → evaluate → revoke; an incremental run begins with events → read instead of observe. Saved in the transaction that
 * commits the work, so a killed run repeats at most what was not committed.
 */
export const runCursor = z.discriminatedUnion("phase", [
  observe,
  sessions,
  events,
  read,
  divide,
  evaluate,
  revoke,
  finished,
]);

export type RunCursor = z.infer<typeof runCursor>;
export type RunPhase = RunCursor["phase"];
export type CursorIn<Phase extends RunPhase> = Extract<RunCursor, { phase: Phase }>;

export const START_OBSERVE: CursorIn<"observe"> = {
  phase: "observe",
  ranges: [],
  firstStarted: null,
  firstStripeTime: null,
  lastEnded: null,
  unreadable: [],
  contested: [],
  metadataKeys: null,
  enqueuesAll: true,
};
export const START_SESSIONS: CursorIn<"sessions"> = {
  phase: "sessions",
  afterEventId: null,
  readUntil: null,
  metadataKeys: null,
};
export const START_EVENTS: CursorIn<"events"> = {
  phase: "events",
  afterEventId: null,
  eventsReadUntil: null,
  unreadable: [],
};
export const START_DIVIDE: CursorIn<"divide"> = { phase: "divide" };
export const FINISHED: CursorIn<"finished"> = { phase: "finished" };
