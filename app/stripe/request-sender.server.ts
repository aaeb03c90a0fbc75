import { setTimeout } from "node:timers/promises";
import type Stripe from "stripe";
import type { Version } from "~/billing/observation";
import type { Log } from "~/platform/log.server";
import type { AnswerVersion, NoAnswer, Read, RequestOptions } from "./answer";
import { type StripeFailure, toStripeFailure } from "./failure.server";
import type { Limiter } from "./limiter.server";

type HasResponse = { lastResponse: Stripe.Response<object>["lastResponse"] };

export type StripeRequest<Raw, T> = {
  /** Method and path pattern: each has a rate limit of its own. */
  endpoint: string;
  options: RequestOptions;
  /** Sends one attempt. `timeout`: whole milliseconds. */
  send: (timeout: number) => Promise<Raw>;
  /** Throws ZodError when the answer has another shape. */
  parse: (raw: Raw) => T;
};

export type RequestSenderDeps = {
  limiter: Limiter;
  /** The next value of the sequence `observation_version`. */
  nextVersion: () => Promise<Version>;
  log: Log;
};

type Attempt<Raw> = AnswerVersion & ({ ok: true; raw: Raw } | { ok: false; failure: StripeFailure });

/** One attempt is given up while there is time for another, but not before it had a chance. */
const ATTEMPT_MS = { least: 1_000, most: 20_000 };
/** Another attempt with less time than a round trip would only hide why the last one failed. Milliseconds. */
const ROUND_TRIP_MS = 100;

/** Sends requests through the limiter and retries what may pass, until the deadline. */
export class RequestSender {
  #sent = 0;

  constructor(private readonly deps: RequestSenderDeps) {}

  /** Requests sent so far, retries counted. */
  get sentCount(): number {
    return this.#sent;
  }

  /** Each attempt waits for the limiter and has a version of its own. */
  async send<Raw extends HasResponse, T>(request: StripeRequest<Raw, T>): Promise<Read<T>> {
    const { endpoint, options } = request;
    const deadline = performance.now() + options.deadlineMs;
    let lastFailure = QUEUE_TIMEOUT;
    for (let attempt = 0; ; attempt += 1) {
      if (options.signal?.aborted) return this.#giveUp(CANCELLED);
      const isAllowed = await this.deps.limiter.acquire(
        endpoint,
        options.priority,
        computeTimeLeft(deadline),
      );
      if (!isAllowed) return this.#giveUp(lastFailure);
      if (options.signal?.aborted) {
        this.deps.limiter.release(endpoint);
        return this.#giveUp(CANCELLED);
      }
      const result = await this.#attempt(request, deadline);
      if (result.ok) return toRead(result, request.parse);
      const { failure, started, ended } = result;
      lastFailure = failure;
      const wait = computeBackOff(attempt);
      if (!failure.retryable || performance.now() + wait + ROUND_TRIP_MS > deadline)
        return { ok: false, failure, started, ended };
      const { reason, requestId } = failure;
      this.deps.log.warn({ endpoint, reason, requestId, attempt }, "Stripe request failed; retrying");
      await setTimeout(wait, undefined, { signal: options.signal }).catch(() => {});
    }
  }

  async #giveUp(failure: StripeFailure): Promise<NoAnswer> {
    const started = await this.deps.nextVersion();
    return { ok: false, failure, started, ended: started };
  }

  async #attempt<Raw, T>(
    { endpoint, options, send }: StripeRequest<Raw, T>,
    deadline: number,
  ): Promise<Attempt<Raw>> {
    const { limiter, nextVersion } = this.deps;
    try {
      const started = await nextVersion();
      this.#sent += 1;
      options.onRequest?.();
      const half = Math.ceil(options.deadlineMs / 2);
      const timeout = Math.min(ATTEMPT_MS.most, Math.max(ATTEMPT_MS.least, half), computeTimeLeft(deadline));
      const result = await send(timeout).then(
        (raw) => ({ ok: true as const, raw }),
        (error: unknown) => ({ ok: false as const, failure: toStripeFailure(error) }),
      );
      const ended = await nextVersion();
      if (!result.ok && result.failure.reason === "rate_limited")
        await limiter.slowDown(endpoint, result.failure.rateLimitReason);
      return { ...result, started, ended };
    } finally {
      limiter.release(endpoint);
    }
  }
}

function toRead<Raw extends HasResponse, T>(
  { raw, started, ended }: AnswerVersion & { raw: Raw },
  parse: (raw: Raw) => T,
): Read<T> {
  const { requestId, headers } = raw.lastResponse;
  const stripeTime = headers.date ? Math.floor(Date.parse(headers.date) / 1000) : null;
  try {
    return { ok: true, value: parse(raw), started, ended, requestId: requestId ?? null, stripeTime };
  } catch (error) {
    return { ok: false, failure: toStripeFailure(error), started, ended };
  }
}

/** Whole milliseconds, at least 1: the SDK ignores any other number and waits for 80 seconds. */
function computeTimeLeft(deadline: number): number {
  return Math.max(1, Math.ceil(deadline - performance.now()));
}

/** Milliseconds before the next attempt: doubling, with full jitter, at most 8 s. */
function computeBackOff(attempt: number): number {
  return Math.random() * Math.min(8_000, 250 * 2 ** attempt) + 50;
}

/** The caller no longer wants the answer. */
const CANCELLED: StripeFailure = {
  reason: "cancelled",
  message: "The request was cancelled before it was sent",
  requestId: null,
  rateLimitReason: null,
  retryable: false,
  accountId: null,
};

/** The deadline passed while the request was still waiting in the queue. */
const QUEUE_TIMEOUT: StripeFailure = {
  reason: "timeout",
  message: "Too many requests to Stripe were waiting",
  requestId: null,
  rateLimitReason: null,
  retryable: true,
  accountId: null,
};
