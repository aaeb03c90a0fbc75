import type { Deps } from "~/engine/evaluate/deps.server";
import type { StepResult } from "~/engine/runs/run-session.server";
import { isPassing, type StripeFailure } from "~/stripe/failure.server";
import { describeMissingPermission } from "~/stripe/permissions/catalogue";

/** Stripe gave no answer. A failure that may pass pauses the run where it is; any other (a refused key) fails it. */
export function pauseOrFail(deps: Deps, failure: StripeFailure): StepResult {
  // Our own time was up, or this process is shutting down: neither says anything about Stripe.
  if (failure.reason === "out_of_time" || failure.reason === "cancelled") return { kind: "continue" };
  const missing = failure.reason === "forbidden" ? describeMissingPermission(failure.message) : null;
  const reason = `${failure.reason}: ${missing ?? failure.message}`;
  // A run that fails is logged when it ends.
  if (!isPassing(failure)) return { kind: "finished", failure: reason };
  const { requestId } = failure;
  deps.log.warn({ reason: failure.reason, requestId }, "run paused; Stripe request failed");
  return { kind: "pause", reason };
}
