import type { EpochSeconds } from "./observation";
import type { Comp } from "./snapshot";

/** The comp that runs now; of several the one with the most soldiers, then the one that ends last. */
export function runningComp(comps: readonly Comp[], now: EpochSeconds): Comp | null {
  if (comps.length === 0) return null;
  return pick(comps.filter((comp) => comp.revokedAt === null && comp.expiresAt > now));
}

/** A comp that Parity applied and that is over; null when none. */
export function endedComp(comps: readonly Comp[], now: EpochSeconds): Comp | null {
  if (comps.length === 0) return null;
  return pick(comps.filter((comp) => comp.applied && (comp.revokedAt !== null || comp.expiresAt <= now)));
}

function pick(comps: readonly Comp[]): Comp | null {
  return comps.reduce<Comp | null>((best, comp) => {
    if (best === null) return comp;
    const more = comp.plan.seats - best.plan.seats || comp.expiresAt - best.expiresAt;
    return more > 0 ? comp : best;
  }, null);
}
