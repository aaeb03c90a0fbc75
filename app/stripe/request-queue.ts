import type { Budget, Grant, Priority } from "./budget";

/** The budget is asked again after this at the latest, because a slowdown fades meanwhile. Milliseconds. */
const ASK_AGAIN_MS = 1_000;
const JITTER_MS = 10;

export type RequestQueueOptions = {
  endpoint: string;
  priority: Priority;
  budget: Budget;
  /** How many more requests may be in flight. */
  room: () => number;
  /** A request may be sent. */
  onAcquired: () => void;
  random: () => number;
  /** Milliseconds, monotonic. */
  now: () => number;
};

type Waiting = {
  resolve: (isAllowed: boolean) => void;
  reject: (error: unknown) => void;
  timer: NodeJS.Timeout;
};

/** The requests of one priority to one endpoint that wait in this process. */
export class RequestQueue {
  private readonly waiting: Waiting[] = [];
  private asking = false;
  /** The budget grants nothing before this moment. */
  private notBefore = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: RequestQueueOptions) {}

  /**
   * Resolves true when one request may be sent, false after `timeoutMs`: then nothing of the budget was used, unless it
   * was granted at that very moment. Rejects when the budget is not available.
   */
  acquire(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(one), 1);
        resolve(false);
      }, timeoutMs);
      const one: Waiting = { resolve, reject, timer };
      this.waiting.push(one);
      this.pump();
    });
  }

  /** Asks the budget for the waiting requests when it is time; else a timer calls it again. */
  pump(): void {
    const many = Math.min(this.waiting.length, this.options.room());
    if (many < 1 || this.asking || this.timer) return;
    const { endpoint, priority, budget, now } = this.options;
    const wait = this.notBefore - now();
    if (wait > 0) {
      this.timer = setTimeout(() => {
        this.timer = null;
        this.pump();
      }, wait);
      return;
    }
    this.asking = true;
    budget.acquire({ endpoint, priority, many }).then(
      (grant) => this.release(grant),
      (error: unknown) => this.rejectAll(error),
    );
  }

  private release({ granted, waitMs, slotMs }: Grant): void {
    this.asking = false;
    // Several processes may have been given the same moment.
    const jitter = this.options.random() * Math.min(JITTER_MS, slotMs / 4);
    this.notBefore =
      waitMs > 0 ? this.options.now() + Math.min(waitMs, ASK_AGAIN_MS) + jitter : Number.NEGATIVE_INFINITY;
    for (const one of this.waiting.splice(0, granted)) {
      clearTimeout(one.timer);
      this.options.onAcquired();
      one.resolve(true);
    }
    this.pump();
  }

  private rejectAll(error: unknown): void {
    this.asking = false;
    for (const one of this.waiting.splice(0)) {
      clearTimeout(one.timer);
      one.reject(error);
    }
  }
}
