export type RateLimitReason = "endpoint-concurrency" | "endpoint-rate" | "global-concurrency" | "global-rate";

/** Rate limits as at Stripe. Without a value there is no limit. */
export interface Limits {
  /** Requests a second to one endpoint; Stripe's default is 25. */
  endpointPerSecond?: number;
  /** Requests a second in all: 25 in test mode, 100 in live mode. */
  globalPerSecond?: number;
  /** How many requests may come at once; the rate of one second by default. */
  burst?: number;
  endpointConcurrency?: number;
  globalConcurrency?: number;
}

interface Bucket {
  tokens: number;
  /** Milliseconds. */
  filledAt: number;
}

/** Token buckets and counts of requests in flight, per endpoint and in all. */
export class RateLimiter {
  limits: Limits = {};
  readonly #milliseconds: () => number;
  readonly #buckets = new Map<string, Bucket>();
  readonly #inFlight = new Map<string, number>();
  #allInFlight = 0;

  constructor(milliseconds: () => number) {
    this.#milliseconds = milliseconds;
  }

  /** Replaces the limits and begins with full buckets. */
  configure(limits: Limits): void {
    this.limits = limits;
    this.#buckets.clear();
  }

  /** Why the request is rejected. If it is undefined, the request may go on, and `release` must be called once. */
  acquire(endpoint: string): RateLimitReason | undefined {
    const { limits } = this;
    const here = this.#inFlight.get(endpoint) ?? 0;
    if (limits.globalConcurrency !== undefined && this.#allInFlight >= limits.globalConcurrency) {
      return "global-concurrency";
    }
    if (limits.endpointConcurrency !== undefined && here >= limits.endpointConcurrency) {
      return "endpoint-concurrency";
    }
    if (!this.#hasToken(GLOBAL, limits.globalPerSecond)) return "global-rate";
    if (!this.#hasToken(endpoint, limits.endpointPerSecond)) return "endpoint-rate";
    this.#takeToken(GLOBAL);
    this.#takeToken(endpoint);
    this.#inFlight.set(endpoint, here + 1);
    this.#allInFlight += 1;
    return undefined;
  }

  release(endpoint: string): void {
    this.#inFlight.set(endpoint, (this.#inFlight.get(endpoint) ?? 1) - 1);
    this.#allInFlight -= 1;
  }

  #hasToken(name: string, perSecond: number | undefined): boolean {
    if (perSecond === undefined) return true;
    const now = this.#milliseconds();
    const capacity = Math.max(1, this.limits.burst ?? perSecond);
    const bucket = this.#buckets.get(name) ?? { tokens: capacity, filledAt: now };
    bucket.tokens = Math.min(capacity, bucket.tokens + ((now - bucket.filledAt) / 1000) * perSecond);
    bucket.filledAt = now;
    this.#buckets.set(name, bucket);
    return bucket.tokens >= 1;
  }

  #takeToken(name: string): void {
    const bucket = this.#buckets.get(name);
    if (bucket) bucket.tokens -= 1;
  }
}

const GLOBAL = "*";
