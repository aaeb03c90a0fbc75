import type { Priority } from "./budget";

/** Requests a second that Stripe allows, and how much of it is for whom. */
export type Ceilings = {
  /** Per endpoint, for what nobody waits for. */
  backgroundPerSecond: number;
  /** Per endpoint, for what a person waits for; Stripe's own ceiling, 25, unless given. Never less than the background. */
  interactivePerSecond?: number;
  /** Over all endpoints: 100 in live mode, 25 in test mode. */
  globalPerSecond: number;
};

/** How fast one endpoint, or all together, may be asked. Times in milliseconds of one clock. */
export type RateBucket = {
  /** When the next request in the background may go. Less than now: so much was left unused. */
  nextRequestAt: number;
  /** What a 429 made of the spacing, 1 to 16 times, at `slowedAt`; it fades by itself. */
  slowdown: number;
  slowedAt: number;
};

/** How a bucket is used by one priority. Milliseconds. */
export type Pace = {
  /** From one request to the next. */
  slot: number;
  /** How long what was left unused may still be used: a timer that is late loses nothing. */
  burst: number;
  /** How far ahead of its time a request may go: what a person waits for, before any that nobody waits for. */
  ahead: number;
};

/** Parity's part of the ceiling over all endpoints when nobody waits: the application sells through the same one. */
export const BACKGROUND_SHARE = 0.8;
const STRIPES_PER_ENDPOINT = 25;
const BURST_SLOTS = 5;
const AHEAD_SLOTS = 3;

export const SLOWEST = 16;
/** In this time half of a slowdown is gone. */
export const HALF_LIFE_MS = 10_000;
/** Many requests in flight are refused together: that is one message, not many. */
export const ONE_REFUSAL_MS = 500;
/** No bucket is booked further ahead than this: then the clock was set back. */
export const BOOKED_AT_MOST_MS = 30_000;
/** The same of a slowdown that lies in the future. */
export const SLOWED_AHEAD_MS = 5_000;

/** How a priority uses the endpoint's bucket and the one of all endpoints together. */
export function computePace(ceilings: Ceilings, priority: Priority): { endpoint: Pace; all: Pace } {
  const { backgroundPerSecond, globalPerSecond } = ceilings;
  const full = Math.max(ceilings.interactivePerSecond ?? STRIPES_PER_ENDPOINT, backgroundPerSecond);
  const pace = (fullPerSecond: number, perSecond: number): Pace => ({
    slot: 1000 / perSecond,
    burst: (1000 / fullPerSecond) * BURST_SLOTS,
    ahead: priority === "interactive" ? (1000 / fullPerSecond) * AHEAD_SLOTS : 0,
  });
  return priority === "interactive"
    ? { endpoint: pace(full, full), all: pace(globalPerSecond, globalPerSecond) }
    : {
        endpoint: pace(full, backgroundPerSecond),
        all: pace(globalPerSecond, globalPerSecond * BACKGROUND_SHARE),
      };
}

/** By how much the spacing is stretched now. */
export function computeSlowdown({ slowdown, slowedAt }: RateBucket, now: number): number {
  if (slowedAt > now + SLOWED_AHEAD_MS) return 1;
  return Math.max(1, slowdown * 2 ** Math.max(-30, (slowedAt - now) / HALF_LIFE_MS));
}

/** The bucket after a 429: half as fast, and nothing saved up. The same bucket when that was said just now. */
export function slowDown(bucket: RateBucket, now: number): RateBucket {
  const known = bucket.slowedAt > now - ONE_REFUSAL_MS && bucket.slowedAt <= now + SLOWED_AHEAD_MS;
  if (known) return bucket;
  return {
    nextRequestAt: Math.max(bucket.nextRequestAt, now),
    slowdown: Math.min(SLOWEST, 2 * computeSlowdown(bucket, now)),
    slowedAt: now,
  };
}

export type Acquired = {
  granted: number;
  /** When each bucket is free then. */
  endpointNextAt: number;
  allNextAt: number;
  /** Milliseconds until one more may go; 0 or less: now. */
  waitMs: number;
  /** Milliseconds between two, as slow as it is now. */
  slotMs: number;
};

/**
 * How many of `many` requests may go now: so many as are free in both buckets (GCRA, the generic cell rate algorithm: one
 * moving time a bucket instead of a count). Over any t seconds no more than t × rate + 9 go through a bucket, and no more
 * than t × rate + 6 in the background. db/stripe-budget.server.ts says the same in SQL.
 */
export function acquireFrom(
  buckets: { endpoint: RateBucket; all: RateBucket },
  pace: { endpoint: Pace; all: Pace },
  { now, many }: { now: number; many: number },
): Acquired {
  const slowAll = computeSlowdown(buckets.all, now);
  const slow = Math.max(slowAll, computeSlowdown(buckets.endpoint, now));
  const endpoint = applyPace(buckets.endpoint, pace.endpoint, slow, now);
  const all = applyPace(buckets.all, pace.all, slowAll, now);
  const granted = Math.max(0, Math.min(many, endpoint.room, all.room));
  const endpointNextAt = endpoint.nextRequestAt + granted * endpoint.slot;
  const allNextAt = all.nextRequestAt + granted * all.slot;
  return {
    granted,
    endpointNextAt,
    allNextAt,
    waitMs: Math.max(endpointNextAt - endpoint.open, allNextAt - all.open),
    slotMs: Math.max(endpoint.slot, all.slot),
  };
}

function applyPace(bucket: RateBucket, pace: Pace, slow: number, now: number) {
  const nextRequestAt =
    bucket.nextRequestAt > now + BOOKED_AT_MOST_MS ? now : Math.max(bucket.nextRequestAt, now - pace.burst);
  const slot = pace.slot * slow;
  const open = now + pace.ahead;
  return { nextRequestAt, slot, open, room: Math.floor((open - nextRequestAt) / slot) + 1 };
}
