import Stripe from "stripe";
import { z } from "zod";

/** Why there is no usable answer from Stripe. Only `not_found` is an answer. */
export type StripeFailure = {
  reason:
    | "not_found"
    | "rate_limited"
    | "unauthorized"
    | "forbidden"
    | "timeout"
    /** The caller's own time was up before a request was sent: that says nothing about Stripe. */
    | "out_of_time"
    | "unreachable"
    | "stripe_error"
    | "bad_request"
    | "bad_answer"
    /** The caller no longer wants the answer; nothing was sent. */
    | "cancelled";
  message: string;
  /** Stripe's own word for it, such as `price_inactive`. */
  code?: string | null;
  requestId: string | null;
  /** The header `Stripe-Rate-Limited-Reason`, when there was one. */
  rateLimitReason: string | null;
  /** Trying again may help. */
  retryable: boolean;
  /** The account named in a 403, as restricted keys get for GET /v1/account. */
  accountId: string | null;
};

/** Failures that may pass, even where Stripe says not to retry at once: a later attempt may go better. */
const PASSING = new Set<StripeFailure["reason"]>([
  "rate_limited",
  "timeout",
  "unreachable",
  "stripe_error",
  "out_of_time",
]);

/** May another attempt, later, go better? A permanent refusal (401, 403, 400) is never tried as if it would. */
export const isPassing = ({ reason, retryable }: Pick<StripeFailure, "reason" | "retryable">): boolean =>
  retryable || PASSING.has(reason);

const REFUSALS = new Set<string>(["bad_request", "unauthorized", "forbidden", "not_found"]);

/** Has Stripe refused, so that the same request will be refused again until something is changed? */
export const isRefusal = ({ reason }: { reason: string }): boolean => REFUSALS.has(reason);

/** What the log says of a failure: with it the request is found in Stripe's dashboard. */
export const describeFailure = ({ reason, code = null, message, requestId }: StripeFailure) => ({
  reason,
  code,
  stripeMessage: message,
  requestId,
});

/** Classifies an error of a request. Rethrows what does not come from Stripe's SDK: that is a bug. */
export function toStripeFailure(error: unknown): StripeFailure {
  if (error instanceof z.ZodError)
    return { ...createFailure("bad_answer", "Stripe's answer has another shape"), retryable: false };
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  const requestId = error.requestId ?? null;
  const rateLimitReason = error.headers?.["stripe-rate-limited-reason"] ?? null;
  const accountId = /acct_[A-Za-z0-9]+/.exec(error.message)?.[0] ?? null;
  const status = error.statusCode;
  const shouldRetry = error.headers?.["stripe-should-retry"];
  const failure = (reason: StripeFailure["reason"], retryable: boolean): StripeFailure => ({
    ...createFailure(reason, error.message),
    code: error.code ?? null,
    requestId,
    rateLimitReason,
    accountId,
    retryable: shouldRetry === undefined ? retryable : shouldRetry === "true",
  });
  if (status === 429) return failure("rate_limited", true);
  if (error.code === "resource_missing" || status === 404) return failure("not_found", false);
  if (status === 401) return failure("unauthorized", false);
  if (status === 403) return failure("forbidden", false);
  if (status === 409 || (status !== undefined && status >= 500)) return failure("stripe_error", true);
  if (status !== undefined && status >= 400) return failure("bad_request", false);
  if (error instanceof Stripe.errors.StripeConnectionError) {
    const timedOut = /timeout|timed out|aborted/i.test(error.message);
    return failure(timedOut ? "timeout" : "unreachable", true);
  }
  return failure("bad_answer", true);
}

const createFailure = (reason: StripeFailure["reason"], message: string): StripeFailure => ({
  reason,
  message,
  requestId: null,
  rateLimitReason: null,
  retryable: false,
  accountId: null,
});
