import { ONE_REFUSAL_MS } from "./pacing";

/** From here on there is no limit: the process has no more connections. */
const NO_LIMIT_FROM = 30;

/**
 * How many requests of this process may be in flight at once. No limit until Stripe refuses one for concurrency, because
 * Stripe does not publish the number. Then half of what was in flight, and one more for each round without a refusal.
 */
export class ConcurrencyLimit {
  private count = 0;
  private most = Number.POSITIVE_INFINITY;
  private reducedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly now: () => number) {}

  /** How many more requests may be sent. */
  countFree(): number {
    return Math.floor(this.most) - this.count;
  }

  enter(): void {
    this.count += 1;
  }

  leave(): void {
    this.count -= 1;
    this.most += 1 / this.most;
    if (this.most >= NO_LIMIT_FROM) this.most = Number.POSITIVE_INFINITY;
  }

  reduce(): void {
    if (this.now() - this.reducedAt < ONE_REFUSAL_MS) return;
    this.reducedAt = this.now();
    this.most = Math.max(1, Math.floor(Math.min(this.most, this.count) / 2));
  }
}
