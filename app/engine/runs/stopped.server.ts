import type { StripeFailure } from "~/stripe/failure.server";
import type { PieceResult } from "./held-run";
import type { Parts } from "~/engine/evaluate/parts.server";

/** Stripe may say not to try again at once; a later step still may. */
const PASSING = new Set<StripeFailure["reason"]>(["rate_limited", "timeout", "unreachable", "stripe_error"]);

/** Another attempt, later, may go better. */
export const isPassing = ({ reason, retryable }: StripeFailure) => retryable || PASSING.has(reason);

/** Stripe gave no answer: the key, or a fault. A passing fault leaves the run where it is, for the next step. */
export function stopped(parts: Parts, failure: StripeFailure): PieceResult {
  parts.log.warn({ reason: failure.reason, requestId: failure.requestId }, "a run waits for Stripe");
  const reason = `${failure.reason}: ${failure.message}`;
  return isPassing(failure) ? { kind: "pause", reason } : { kind: "over", failed: reason };
}
