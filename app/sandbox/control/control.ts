import type { CancelField } from "~/sandbox/account/lifecycle";
import type { Clock } from "../account/clock";
import { drawMilliseconds, type Fault, Faults, type ListedFault } from "./faults";
import { HeldRequests } from "./held-requests";
import { Permissions } from "./permissions";
import { createRandom } from "./random";
import { type Limits, RateLimiter } from "./rate-limiter";

export interface Latency {
  /** Milliseconds: fixed, or random between two (seeded). */
  ms: number | readonly [number, number];
  /** Whether the response shows the state at the request's arrival (`first`) or when it is sent (the default). */
  reads?: "first" | "last";
}

/** What can be changed while the sandbox runs. */
export class Control {
  readonly clock: Clock;
  readonly rateLimiter = new RateLimiter(() => performance.now());
  readonly faults: Faults;
  readonly held = new HeldRequests();
  readonly permissions = new Permissions();
  readonly #random: () => number;
  latency: Latency = { ms: 0 };
  /** Milliseconds from payment until customer and subscription exist. */
  attachAfterMs = 0;
  portalCancels: CancelField = "cancel_at";

  constructor(deps: { clock: Clock; seed: number }) {
    this.clock = deps.clock;
    this.faults = new Faults(deps.seed);
    this.#random = createRandom(deps.seed + 1);
  }

  setLatency(ms: Latency["ms"], reads: Latency["reads"] = "last"): void {
    this.latency = { ms, reads };
  }

  setLimits(limits: Limits): void {
    this.rateLimiter.configure(limits);
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

  /** Milliseconds to wait, by the sandbox's own random numbers. */
  draw(ms: Latency["ms"]): number {
    return drawMilliseconds(ms, this.#random);
  }

  /** Releases hanging requests, removes faults, latency and rate limits, gives permissions back. The clock stays. */
  reset(): void {
    this.faults.clear();
    this.latency = { ms: 0 };
    this.rateLimiter.configure({});
    this.held.release();
    this.permissions.allow();
  }
}
