import type { Deps } from "~/engine/evaluate/deps.server";
import type { StripeFailure } from "~/stripe/failure.server";
import type { StepResult } from "./run-session";

/** Stripe may say not to try again at once; a later step still may. */
const PASSING = new Set<StripeFailure["reason"]>(["rate_limited", "timeout", "unreachable", "stripe_error"]);

/** Another attempt, later, may go better. */
export const isPassing = ({ reason, retryable }: StripeFailure) => retryable || PASSING.has(reason);

/** Stripe gave no answer: the key, or a fault. A passing fault leaves the run where it is, for the next step. */
export function pauseOrFail(deps: Deps, failure: StripeFailure): StepResult {
  deps.log.warn({ reason: failure.reason, requestId: failure.requestId }, "a run waits for Stripe");
  const reason = `${failure.reason}: ${failure.message}`;
  return isPassing(failure) ? { kind: "pause", reason } : { kind: "over", failed: reason };
}
