import type { Priority } from "./budget";

/** Requests a second that Stripe allows, by priority. */
export type Ceilings = {
  /** Per endpoint, for background work. */
  backgroundPerSecond: number;
  /** Per endpoint, for what a person waits for; Stripe's own ceiling, 25, unless given. Never less than the background. */
  interactivePerSecond?: number;
  /** Over all endpoints: 100 in live mode, 25 in test mode. */
  globalPerSecond: number;
};

/** How a bucket is used by one priority. Milliseconds. */
export type Pace = {
  /** From one request to the next. */
  slot: number;
  /** For how long unused requests may still be used: a late timer loses nothing. */
  burst: number;
  /** How far ahead of its time a request may go: interactive requests go before background requests. */
  ahead: number;
};

/** Parity's part of the ceiling over all endpoints in the background: the application's checkout shares the ceiling. */
const BACKGROUND_SHARE = 0.8;
const STRIPES_PER_ENDPOINT = 25;
const BURST_SLOTS = 5;
const AHEAD_SLOTS = 3;

/** Many requests in flight are refused together; they count as one refusal. */
export const ONE_REFUSAL_MS = 500;

/** How a priority uses the endpoint's bucket and the bucket of all endpoints together. */
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
