import Stripe from "stripe";
import { z } from "zod";

/** Why Stripe gave no usable answer. `not_found` is an answer; the others are none. */
export type StripeFailure = {
  reason:
    | "not_found"
    | "rate_limited"
    | "unauthorized"
    | "forbidden"
    | "timeout"
    | "unreachable"
    | "stripe_error"
    | "bad_request"
    | "bad_answer";
  message: string;
  requestId: string | null;
  /** The header `Stripe-Rate-Limited-Reason`, when there was one. */
  rateLimitReason: string | null;
  /** Trying again may help. */
  retryable: boolean;
  /** The account named in a 403, as restricted keys get for GET /v1/account. */
  accountId: string | null;
};

/** Tells apart what went wrong with a request; anything that is not Stripe's SDK's error is thrown on: a bug. */
export function failureOf(error: unknown): StripeFailure {
  if (error instanceof z.ZodError)
    return { ...base("bad_answer", "Stripe's answer has another shape"), retryable: false };
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  const requestId = error.requestId ?? null;
  const rateLimitReason = error.headers?.["stripe-rate-limited-reason"] ?? null;
  const accountId = /acct_[A-Za-z0-9]+/.exec(error.message)?.[0] ?? null;
  const status = error.statusCode;
  const told = error.headers?.["stripe-should-retry"];
  const failure = (reason: StripeFailure["reason"], retryable: boolean): StripeFailure => ({
    ...base(reason, error.message),
    requestId,
    rateLimitReason,
    accountId,
    retryable: told === undefined ? retryable : told === "true",
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

const base = (reason: StripeFailure["reason"], message: string): StripeFailure => ({
  reason,
  message,
  requestId: null,
  rateLimitReason: null,
  retryable: false,
  accountId: null,
});
