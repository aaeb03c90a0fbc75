import { ALL_ENDPOINTS, type Budget } from "./budget";
import { type Ceilings, type Lane, paceOf, passageOf, slowedDown } from "./pacing";

/** A budget that one process has to itself. `now`: milliseconds of a clock that never goes back. */
export function createMemoryBudget(ceilings: Ceilings, now = () => performance.now()): Budget {
  const lanes = new Map<string, Lane>();
  const laneOf = (name: string): Lane => {
    const known = lanes.get(name);
    if (known) return known;
    const made = { freeAt: now(), slowdown: 1, slowedAt: Number.NEGATIVE_INFINITY };
    lanes.set(name, made);
    return made;
  };
  return {
    async ask({ endpoint, priority, many }) {
      const both = { endpoint: laneOf(endpoint), all: laneOf(ALL_ENDPOINTS) };
      const passage = passageOf(both, paceOf(ceilings, priority), { now: now(), many });
      const { granted, waitMs, slotMs } = passage;
      if (granted > 0) {
        lanes.set(endpoint, { ...both.endpoint, freeAt: passage.endpointFreeAt });
        lanes.set(ALL_ENDPOINTS, { ...both.all, freeAt: passage.allFreeAt });
      }
      return { granted, waitMs, slotMs };
    },
    async slowDown(name) {
      lanes.set(name, slowedDown(laneOf(name), now()));
    },
  };
}
