import { ONE_REFUSAL_MS } from "./pacing";

/** So many at once are no limit any more: there are not more connections. */
const NO_LIMIT_FROM = 30;

/**
 * How many requests of this process are on their way at once. Without a limit until Stripe refuses one for its
 * concurrency, whose number Stripe does not publish: then half of what it was, and one more for every round that passes.
 */
export class InFlight {
  private count = 0;
  private most = Number.POSITIVE_INFINITY;
  private loweredAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly now: () => number) {}

  /** How many more may be sent. */
  room(): number {
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

  lower(): void {
    if (this.now() - this.loweredAt < ONE_REFUSAL_MS) return;
    this.loweredAt = this.now();
    this.most = Math.max(1, Math.floor(Math.min(this.most, this.count) / 2));
  }
}
