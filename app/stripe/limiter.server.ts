import { ALL_ENDPOINTS, type Budget, type Priority } from "./budget";
import { InFlight } from "./in-flight";
import { RequestQueue } from "./request-queue";

export type { Priority } from "./budget";

/** Lets requests to Stripe go, no faster than the budget allows that all processes share. */
export type Limiter = {
  /**
   * Resolves true when one request to the endpoint may be sent, and `answered` must then be called once; false when
   * the patience (milliseconds) ends before. Rejects when the budget cannot be asked: nothing is sent then.
   */
  take(endpoint: string, priority: Priority, patience: number): Promise<boolean>;
  /**
   * Stripe answered 429, and why: `global-…` slows every endpoint down, any other reason this one, for all processes.
   * No reason (`lock_timeout`: somebody works on that object) slows nobody.
   */
  throttled(endpoint: string, reason: string | null): Promise<void>;
  /** The request is over, whatever came of it. */
  answered(endpoint: string): void;
};

export type LimiterOptions = {
  budget: Budget;
  /** From 0 to 1. */
  random?: () => number;
  /** Milliseconds, monotonic. */
  now?: () => number;
};

type EndpointGate = { inFlight: InFlight; interactive: RequestQueue; background: RequestQueue };

/** The queues of one process before the shared budget, one for each endpoint and priority. */
export function createLimiter(options: LimiterOptions): Limiter {
  const { budget, random = Math.random, now = () => performance.now() } = options;
  const everywhere = new InFlight(now);
  const gates = new Map<string, EndpointGate>();

  const findGate = (endpoint: string): EndpointGate => {
    const known = gates.get(endpoint);
    if (known) return known;
    const inFlight = new InFlight(now);
    const queue = (priority: Priority) =>
      new RequestQueue({
        endpoint,
        priority,
        budget,
        random,
        now,
        room: () => Math.min(inFlight.room(), everywhere.room()),
        onAcquired: () => {
          inFlight.enter();
          everywhere.enter();
        },
      });
    const gate = { inFlight, interactive: queue("interactive"), background: queue("background") };
    gates.set(endpoint, gate);
    return gate;
  };

  return {
    take: (endpoint, priority, patience) => findGate(endpoint)[priority].acquire(patience),
    async throttled(endpoint, reason) {
      if (reason === null) return;
      const global = reason.startsWith("global-");
      if (reason.endsWith("-concurrency")) (global ? everywhere : findGate(endpoint).inFlight).lower();
      await budget.slowDown(global ? ALL_ENDPOINTS : endpoint);
    },
    answered(endpoint) {
      findGate(endpoint).inFlight.leave();
      everywhere.leave();
      for (const { interactive } of gates.values()) interactive.pump();
      for (const { background } of gates.values()) background.pump();
    },
  };
}
