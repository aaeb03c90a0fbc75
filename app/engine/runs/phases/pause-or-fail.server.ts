import type { Deps } from "~/engine/evaluate/deps.server";
import type { StepResult } from "~/engine/runs/run-session.server";
import type { StripeFailure } from "~/stripe/failure.server";

/** Failures that may pass, even where Stripe says not to retry at once: a later step tries again. */
const PASSING = new Set<StripeFailure["reason"]>(["rate_limited", "timeout", "unreachable", "stripe_error"]);

/** May another attempt, later, go better? */
export const isPassing = ({ reason, retryable }: StripeFailure) => retryable || PASSING.has(reason);

/** Stripe gave no answer. A failure that may pass pauses the run where it is; any other (a refused key) fails it. */
export function pauseOrFail(deps: Deps, failure: StripeFailure): StepResult {
  const reason = `${failure.reason}: ${failure.message}`;
  // A run that fails is logged when it ends.
  if (!isPassing(failure)) return { kind: "finished", failure: reason };
  const { requestId } = failure;
  deps.log.warn({ reason: failure.reason, requestId }, "run paused; Stripe request failed");
  return { kind: "pause", reason };
}
