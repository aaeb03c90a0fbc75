import type { Clock } from "../account/clock";
import type { CancelField } from "../account/life";
import { drawMilliseconds, type Fault, Faults, type ListedFault } from "./faults";
import { HeldRequests } from "./held-requests";
import { seededRandom } from "./random";
import { type Limits, RateCeilings } from "./rate-ceilings";

export interface Latency {
  /** Milliseconds: fixed, or by seeded chance between two. */
  ms: number | readonly [number, number];
  /** Whether the answer says what was true when the request came, or (unless given) when it is sent. */
  reads?: "first" | "last";
}

/** What can be changed while the sandbox runs. */
export class Control {
  readonly clock: Clock;
  readonly ceilings = new RateCeilings(() => performance.now());
  readonly faults: Faults;
  readonly held = new HeldRequests();
  readonly #random: () => number;
  latency: Latency = { ms: 0 };
  /** Milliseconds from Pay until customer and subscription are there. */
  attachAfterMs = 0;
  portalCancels: CancelField = "cancel_at";

  constructor(parts: { clock: Clock; seed: number }) {
    this.clock = parts.clock;
    this.faults = new Faults(parts.seed);
    this.#random = seededRandom(parts.seed + 1);
  }

  setLatency(ms: Latency["ms"], reads: Latency["reads"] = "last"): void {
    this.latency = { ms, reads };
  }

  setLimits(limits: Limits): void {
    this.ceilings.configure(limits);
  }

  addFault(fault: Fault): string {
    return this.faults.add(fault);
  }

  clearFaults(id?: string): void {
    this.faults.clear(id);
  }

  listFaults(): ListedFault[] {
    return this.faults.list();
  }

  /** Milliseconds to wait, drawn by the sandbox's own chance. */
  draw(ms: Latency["ms"]): number {
    return drawMilliseconds(ms, this.#random);
  }

  /** Lets hanging requests go on and takes every fault, latency and ceiling back. The clock stays. */
  reset(): void {
    this.faults.clear();
    this.latency = { ms: 0 };
    this.ceilings.configure({});
    this.held.release();
  }
}
