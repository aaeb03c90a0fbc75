import { ALL_ENDPOINTS, type Budget, type Priority } from "./budget";
import { ConcurrencyLimit } from "./concurrency-limit";
import { RequestQueue } from "./request-queue";

export type { Priority } from "./budget";

/** Holds requests to Stripe back to what the budget allows that all processes share. */
export type Limiter = {
  /**
   * Resolves true when one request to the endpoint may be sent; then `release` must be called once. False after
   * `timeoutMs` in the queue. Rejects when the budget is not available: nothing may be sent then.
   */
  acquire(endpoint: string, priority: Priority, timeoutMs: number): Promise<boolean>;
  /**
   * Stripe answered 429. The reason `global-…` slows every endpoint down, any other reason this one, for all processes.
   * Without a reason (`lock_timeout`: the object is locked) nothing slows down.
   */
  slowDown(endpoint: string, reason: string | null): Promise<void>;
  /** The request is over, with or without an answer. */
  release(endpoint: string): void;
};

export type LimiterOptions = {
  budget: Budget;
  /** From 0 to 1. */
  random?: () => number;
  /** Milliseconds, monotonic. */
  now?: () => number;
};

type EndpointGate = { inFlight: ConcurrencyLimit; interactive: RequestQueue; background: RequestQueue };

/** The request queues of one process, one for each endpoint and priority; all draw on the shared budget. */
export function createLimiter(options: LimiterOptions): Limiter {
  const { budget, random = Math.random, now = () => performance.now() } = options;
  const allEndpoints = new ConcurrencyLimit(now);
  const gates = new Map<string, EndpointGate>();

  const findGate = (endpoint: string): EndpointGate => {
    const known = gates.get(endpoint);
    if (known) return known;
    const inFlight = new ConcurrencyLimit(now);
    const queue = (priority: Priority) =>
      new RequestQueue({
        endpoint,
        priority,
        budget,
        random,
        now,
        room: () => Math.min(inFlight.countFree(), allEndpoints.countFree()),
        onAcquired: () => {
          inFlight.enter();
          allEndpoints.enter();
        },
      });
    const gate = { inFlight, interactive: queue("interactive"), background: queue("background") };
    gates.set(endpoint, gate);
    return gate;
  };

  return {
    acquire: (endpoint, priority, timeoutMs) => findGate(endpoint)[priority].acquire(timeoutMs),
    async slowDown(endpoint, reason) {
      if (reason === null) return;
      const global = reason.startsWith("global-");
      if (reason.endsWith("-concurrency")) (global ? allEndpoints : findGate(endpoint).inFlight).reduce();
      await budget.slowDown(global ? ALL_ENDPOINTS : endpoint);
    },
    release(endpoint) {
      findGate(endpoint).inFlight.leave();
      allEndpoints.leave();
      for (const { interactive } of gates.values()) interactive.pump();
      for (const { background } of gates.values()) background.pump();
    },
  };
}
