import { z } from "zod";
import { range } from "~/stripe/ranges";

/** Where a run stands, so that any machine can go on. Advanced in the transaction that commits the piece of work. */
export const runCursor = z.object({
  /** Observe: how far each range of the list has been read and committed. Empty before the first page. */
  ranges: z.array(range).default([]),
  /** Stamp and Stripe's time of the first request; null before it. */
  firstStarted: z.number().nullable(),
  firstStripeTime: z.number().nullable(),
  lastEnded: z.number().nullable(),
  /** Ids of objects that could not be read, not even whose they are. */
  unreadable: z.array(z.string()),
  /** Customers about whom overlapping answers disagree: to be read again before the pass counts. */
  contested: z.array(z.string()),
  /** Events: the last event of the last page that was committed. */
  afterEventId: z.string().nullable().default(null),
  /** Read: customers that are read though nothing says that they changed. */
  alsoRead: z.array(z.string()).default([]),
  /** Read: the last customer that was tried. */
  afterCustomerId: z.string().nullable().default(null),
  /** Evaluate: everybody, or only who is marked. */
  everyone: z.boolean().default(true),
  /** Evaluate: fingerprint of the plans and rules that everybody is evaluated by. */
  ground: z.string().nullable().default(null),
  /** Lower: the last user whose revocation was tried. */
  afterLoweredId: z.string().nullable(),
});

export type RunCursor = z.infer<typeof runCursor>;

export const EMPTY_CURSOR: RunCursor = {
  ranges: [],
  firstStarted: null,
  firstStripeTime: null,
  lastEnded: null,
  unreadable: [],
  contested: [],
  afterEventId: null,
  alsoRead: [],
  afterCustomerId: null,
  everyone: true,
  ground: null,
  afterLoweredId: null,
};
