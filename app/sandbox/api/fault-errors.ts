import type { FaultEffect } from "~/sandbox/control/faults";
import type { RateLimitReason } from "~/sandbox/control/rate-limiter";
import { ApiError } from "./errors";
import { createInvalidKeyError } from "./keys";
import { createPermissionError } from "./routes/account";

/** 429 with Stripe's message and header. */
export function createRateLimitError(reason: RateLimitReason | "resource-specific" | null): ApiError {
  return new ApiError({
    status: 429,
    code: "rate_limit",
    message:
      "Request rate limit exceeded. Learn more about rate limits here https://docs.stripe.com/rate-limits.",
    headers: reason === null ? {} : { "Stripe-Rate-Limited-Reason": reason },
  });
}

/** The error response of a fault; undefined for faults that break or delay the response. */
export function toFaultError(effect: FaultEffect, key: string, accountId: string): ApiError | undefined {
  switch (effect.type) {
    case "invalid_key":
      return createInvalidKeyError(key);
    case "forbidden":
      return createPermissionError(key, accountId);
    case "error":
      return toForcedError(effect);
    case "cut":
    case "hang":
    case "latency":
    case "malformed":
    case "reset":
      return undefined;
  }
}

function toForcedError(effect: Extract<FaultEffect, { type: "error" }>): ApiError {
  if (effect.status === 429 && effect.code === undefined && effect.shouldRetry === undefined) {
    return createRateLimitError(effect.reason === undefined ? "endpoint-rate" : effect.reason);
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
