import { ONE_REFUSAL_MS, type Pace } from "../pacing";

/**
 * The rules of the shared request budget in TypeScript. Production runs the SQL functions `stripe_acquire` and
 * `stripe_slow_down`; tests compare the two.
 */

/** How fast one endpoint, or all together, may be called. Times in milliseconds of one clock. */
export type RateBucket = {
  /** When the next background request may go. A time before now means that some of the rate was left unused. */
  nextRequestAt: number;
  /** What a 429 made of the spacing, 1 to 16 times, at `slowedAt`; it fades by itself. */
  slowdown: number;
  slowedAt: number;
};

export const SLOWEST = 16;
/** After this time half of a slowdown is gone. */
const HALF_LIFE_MS = 10_000;
/** No bucket is booked further ahead than this. If one is, the clock was set back. */
const BOOKED_AT_MOST_MS = 30_000;
/** The same for a slowdown that lies in the future. */
const SLOWED_AHEAD_MS = 5_000;

/** By how much the spacing is stretched now. */
export function computeSlowdown({ slowdown, slowedAt }: RateBucket, now: number): number {
  if (slowedAt > now + SLOWED_AHEAD_MS) return 1;
  return Math.max(1, slowdown * 2 ** Math.max(-30, (slowedAt - now) / HALF_LIFE_MS));
}

/** The bucket after a 429: half as fast, and nothing saved up. Unchanged when it was slowed down just now. */
export function slowDown(bucket: RateBucket, now: number): RateBucket {
  const isSlowedAlready = bucket.slowedAt > now - ONE_REFUSAL_MS && bucket.slowedAt <= now + SLOWED_AHEAD_MS;
  if (isSlowedAlready) return bucket;
  return {
    nextRequestAt: Math.max(bucket.nextRequestAt, now),
    slowdown: Math.min(SLOWEST, 2 * computeSlowdown(bucket, now)),
    slowedAt: now,
  };
}

export type Acquired = {
  granted: number;
  /** When each bucket is free afterwards. */
  endpointNextAt: number;
  allNextAt: number;
  /** Milliseconds until one more may go; 0 or less: now. */
  waitMs: number;
  /** Milliseconds between two requests at the present speed. */
  slotMs: number;
};

/**
 * How many of `many` requests may go now: as many as are free in both buckets (GCRA, the generic cell rate algorithm:
 * one moving time a bucket instead of a count). Over any t seconds at most t × rate + 9 requests go through a bucket, and
 * at most t × rate + 6 background requests.
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
