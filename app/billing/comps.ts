import type { EpochSeconds } from "./observation";
import type { Comp } from "./snapshot";

/** The comp that runs now; of several the one with the most seats, then the one that ends last. */
export function findRunningComp(comps: readonly Comp[], now: EpochSeconds): Comp | null {
  if (comps.length === 0) return null;
  return chooseLargest(comps.filter((comp) => comp.revokedAt === null && comp.expiresAt > now));
}

/** A comp that Parity applied and that is over; of several as above. Null when there is none. */
export function findEndedComp(comps: readonly Comp[], now: EpochSeconds): Comp | null {
  if (comps.length === 0) return null;
  return chooseLargest(
    comps.filter((comp) => comp.applied && (comp.revokedAt !== null || comp.expiresAt <= now)),
  );
}

function chooseLargest(comps: readonly Comp[]): Comp | null {
  return comps.reduce<Comp | null>((best, comp) => {
    if (best === null) return comp;
    const more = comp.plan.seats - best.plan.seats || comp.expiresAt - best.expiresAt;
    return more > 0 ? comp : best;
  }, null);
}
