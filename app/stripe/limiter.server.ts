/** What a person waits for goes first. */
export type Priority = "interactive" | "background";

/** Lets requests to Stripe go, no faster than each endpoint allows. */
export type Limiter = {
  /** Resolves when one request to the endpoint may be sent; false when the patience (milliseconds) ends before. */
  take(endpoint: string, priority: Priority, patience: number): Promise<boolean>;
  /** Stripe answered 429: slow down, for the endpoint or for all (`global-…`). */
  throttled(endpoint: string, reason: string | null): void;
  /** Stripe answered: speed up again, little by little. */
  answered(endpoint: string): void;
};

export type LimiterOptions = {
  /** Per-endpoint ceiling for background reads, a second. */
  backgroundPerSecond: number;
  /** Per-endpoint ceiling for what a person waits for; Stripe's is 25. */
  interactivePerSecond?: number;
  /** Over all endpoints: 100 in live mode, 25 in test mode. */
  globalPerSecond: number;
  /** Milliseconds, monotonic. */
  now?: () => number;
};

const SLOWEST = 16;

/**
 * Spaces requests evenly, per endpoint and over all, with two queues each. A 429 doubles the spacing; every answer
 * takes a twentieth of the slowdown back.
 */
export function createLimiter(options: LimiterOptions): Limiter {
  const now = options.now ?? (() => performance.now());
  const lanes = new Map<string, Lane>();
  const global = new Lane(options.globalPerSecond, options.globalPerSecond, now);
  const laneOf = (endpoint: string) => {
    let lane = lanes.get(endpoint);
    if (!lane) {
      lane = new Lane(options.backgroundPerSecond, options.interactivePerSecond ?? 25, now);
      lanes.set(endpoint, lane);
    }
    return lane;
  };
  return {
    async take(endpoint, priority, patience) {
      const until = now() + patience;
      return (await laneOf(endpoint).take(priority, until)) && (await global.take(priority, until));
    },
    throttled(endpoint, reason) {
      if (reason?.startsWith("global")) global.slowDown();
      laneOf(endpoint).slowDown();
    },
    answered(endpoint) {
      global.speedUp();
      laneOf(endpoint).speedUp();
    },
  };
}

type Waiting = { until: number; go: (mayGo: boolean) => void };

/** One queue of requests, spaced in time. */
class Lane {
  private readonly waiting: Record<Priority, Waiting[]> = { interactive: [], background: [] };
  private slowdown = 1;
  private lastAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly backgroundPerSecond: number,
    private readonly interactivePerSecond: number,
    private readonly now: () => number,
  ) {}

  /** Resolves false when `until` (of the lane's clock) comes first. */
  take(priority: Priority, until: number): Promise<boolean> {
    return new Promise((go) => {
      this.waiting[priority].push({ until, go });
      this.pump();
    });
  }

  slowDown(): void {
    this.slowdown = Math.min(SLOWEST, this.slowdown * 2);
  }

  speedUp(): void {
    this.slowdown = Math.max(1, this.slowdown * 0.95);
  }

  private pump(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    for (;;) {
      this.sendImpatientAway();
      const priority = this.waiting.interactive.length > 0 ? "interactive" : "background";
      if (this.waiting[priority].length === 0) return;
      const perSecond = priority === "interactive" ? this.interactivePerSecond : this.backgroundPerSecond;
      const now = this.now();
      const wait = this.lastAt + (1000 / perSecond) * this.slowdown - now;
      if (wait > 0) {
        this.timer = setTimeout(() => this.pump(), Math.min(wait, this.leastPatience() - now));
        return;
      }
      this.lastAt = now;
      this.waiting[priority].shift()?.go(true);
    }
  }

  private sendImpatientAway(): void {
    const now = this.now();
    for (const queue of [this.waiting.interactive, this.waiting.background]) {
      for (let at = queue.findIndex(({ until }) => until <= now); at !== -1; ) {
        for (const { go } of queue.splice(at, 1)) go(false);
        at = queue.findIndex(({ until }) => until <= now);
      }
    }
  }

  private leastPatience(): number {
    const all = [...this.waiting.interactive, ...this.waiting.background];
    return all.reduce((least, { until }) => Math.min(least, until), Number.POSITIVE_INFINITY);
  }
}
