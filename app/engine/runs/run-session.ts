import type { RunRow } from "~/engine/repair/runs.server";
import type { RequestOptions } from "~/stripe/reader.server";

/** A run that this process holds the lease of, and what it needs to go on. */
export type RunSession = {
  run: RunRow;
  /** This holder of the lease. */
  owner: string;
  leaseSeconds: number;
  /** How Stripe is asked; requests are counted until the next progress takes them. */
  how: RequestOptions;
  takeRequestCount: () => number;
  /** No new piece is begun after this; milliseconds of `performance.now()`. */
  until: number;
};

/** What a piece of work came to: go on, wait for Stripe and go on later, or the run is over. */
export type StepResult =
  | { kind: "on" }
  | { kind: "pause"; reason: string }
  | { kind: "over"; failed: string | null };
