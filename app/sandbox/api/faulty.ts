import type { FaultEffect } from "../control/faults";
import type { RateLimitReason } from "../control/rate-ceilings";
import { ApiError } from "./errors";
import { invalidKey } from "./keys";
import { permissionMissing } from "./routes/account";

/** Too many requests, in Stripe's words and with its header. */
export function rateLimited(reason: RateLimitReason | "resource-specific" | null): ApiError {
  return new ApiError({
    status: 429,
    code: "rate_limit",
    message:
      "Request rate limit exceeded. Learn more about rate limits here https://docs.stripe.com/rate-limits.",
    headers: reason === null ? {} : { "Stripe-Rate-Limited-Reason": reason },
  });
}

/** The error that a fault answers with; undefined for faults that answer nothing, or answer late. */
export function errorOf(effect: FaultEffect, key: string, accountId: string): ApiError | undefined {
  switch (effect.type) {
    case "invalid_key":
      return invalidKey(key);
    case "forbidden":
      return permissionMissing(key, accountId);
    case "error":
      return forced(effect);
    case "cut":
    case "hang":
    case "latency":
    case "malformed":
    case "reset":
      return undefined;
  }
}

function forced(effect: Extract<FaultEffect, { type: "error" }>): ApiError {
  if (effect.status === 429 && effect.code === undefined && effect.shouldRetry === undefined) {
    return rateLimited(effect.reason === undefined ? "endpoint-rate" : effect.reason);
  }
  return new ApiError({
    status: effect.status,
    type: effect.status >= 500 ? "api_error" : "invalid_request_error",
    ...(effect.code === undefined ? {} : { code: effect.code }),
    message: effect.message ?? "An unexpected error occurred. We've been notified of the problem.",
    headers: {
      ...(effect.shouldRetry === undefined ? {} : { "Stripe-Should-Retry": String(effect.shouldRetry) }),
      ...(effect.reason ? { "Stripe-Rate-Limited-Reason": effect.reason } : {}),
    },
  });
}
