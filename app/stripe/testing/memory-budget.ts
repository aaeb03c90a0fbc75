import { ALL_ENDPOINTS, type Budget } from "~/stripe/budget";
import { type Ceilings, computePace } from "~/stripe/pacing";
import { acquireFrom, type RateBucket, slowDown } from "./rate-bucket";

/** A budget that one process has to itself. `now`: milliseconds of a clock that never goes back. */
export function createMemoryBudget(ceilings: Ceilings, now = () => performance.now()): Budget {
  const buckets = new Map<string, RateBucket>();
  const findBucket = (name: string): RateBucket => {
    const known = buckets.get(name);
    if (known) return known;
    const made = { nextRequestAt: now(), slowdown: 1, slowedAt: Number.NEGATIVE_INFINITY };
    buckets.set(name, made);
    return made;
  };
  return {
    async acquire({ endpoint, priority, many }) {
      const both = { endpoint: findBucket(endpoint), all: findBucket(ALL_ENDPOINTS) };
      const acquired = acquireFrom(both, computePace(ceilings, priority), { now: now(), many });
      const { granted, waitMs, slotMs } = acquired;
      if (granted > 0) {
        buckets.set(endpoint, { ...both.endpoint, nextRequestAt: acquired.endpointNextAt });
        buckets.set(ALL_ENDPOINTS, { ...both.all, nextRequestAt: acquired.allNextAt });
      }
      return { granted, waitMs, slotMs };
    },
    async slowDown(name) {
      buckets.set(name, slowDown(findBucket(name), now()));
    },
  };
}
