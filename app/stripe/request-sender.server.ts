import { setTimeout } from "node:timers/promises";
import type Stripe from "stripe";
import type { Version } from "~/billing/observation";
import type { Log } from "~/platform/log.server";
import { countStripeAnswer, stripeSeconds } from "~/platform/metrics/process-meters.server";
import { failSpan, withSpan } from "~/platform/tracing/spans.server";
import type { AnswerVersion, NoAnswer, Read, RequestOptions } from "./answer";
import { type StripeFailure, toStripeFailure } from "./failure.server";
import type { Limiter, Priority } from "./limiter.server";
import type { PermissionWatch } from "./permissions/permission-watch";

type HasResponse = { lastResponse: Stripe.Response<object>["lastResponse"] };

export type StripeRequest<Raw, T> = {
  /** Method and path pattern: each has a rate limit of its own. */
  endpoint: string;
  options: RequestOptions;
  /** It only asks about a permission: its answer is for the one that asks. */
  isProbe?: boolean;
  /** Sends one attempt. `timeout`: whole milliseconds; the SDK ignores any other number and waits for 80 seconds. */
  send: (timeout: number) => Promise<Raw>;
  /** Throws ZodError when the answer has another shape. */
  parse: (raw: Raw) => T;
};

export type RequestSenderDeps = {
  limiter: Limiter;
  /** The next value of the sequence `observation_version`. */
  nextVersion: () => Promise<Version>;
  log: Log;
  /** Which of our keys sends them, and who is told what Stripe refuses to it. */
  watch: PermissionWatch;
  /** How long an answer may take, by priority; tests shorten it. Milliseconds. */
  timeouts?: Record<Priority, number>;
};

type Attempt<Raw> = AnswerVersion & ({ ok: true; raw: Raw } | { ok: false; failure: StripeFailure });

/**
 * How long an answer may take. Slow is not down: a caller's deadline decides only whether another request is begun, and
 * never cuts one short that was sent. Milliseconds.
 */
export const ANSWER_TIMEOUTS: Record<Priority, number> = { interactive: 8_000, background: 30_000 };

/** Sends requests through the limiter and retries what may pass, until the deadline. */
export class RequestSender {
  #sent = 0;
  readonly #timeouts: Record<Priority, number>;

  constructor(private readonly deps: RequestSenderDeps) {
    this.#timeouts = deps.timeouts ?? ANSWER_TIMEOUTS;
  }

  /** Requests sent so far, retries counted. */
  get sentCount(): number {
    return this.#sent;
  }

  /** Each attempt waits for the limiter and has a version of its own. */
  async send<Raw extends HasResponse, T>(request: StripeRequest<Raw, T>): Promise<Read<T>> {
    const { signal } = request.options;
    if (!signal) return this.#sendAll(request);
    // An answer that is under way is not waited for: it may take half a minute.
    const aborted = untilAborted(signal);
    const read = await Promise.race([this.#sendAll(request), aborted.promise]).finally(aborted.dispose);
    return read === ABORTED ? this.#giveUp(CANCELLED) : read;
  }

  async #sendAll<Raw extends HasResponse, T>(request: StripeRequest<Raw, T>): Promise<Read<T>> {
    const { endpoint, options } = request;
    const began = performance.now();
    const deadline = began + options.deadlineMs;
    // A person who waits is told of a failure after as long as one answer may take.
    const isPersonWaiting = options.priority === "interactive";
    const retriesEnd = isPersonWaiting ? Math.min(deadline, began + this.#timeouts.interactive) : deadline;
    let lastFailure = OUT_OF_TIME;
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
      const result = await this.#traceAttempt(request, attempt);
      // After the limiter let go: finding out may need a request of its own.
      if (!request.isProbe) await this.deps.watch.note(endpoint, result.ok ? null : result.failure);
      if (result.ok) return toRead(result, request.parse);
      const { failure, started, ended } = result;
      lastFailure = failure;
      const wait = computeBackOff(attempt);
      if (!isWorthRetrying(failure, options) || performance.now() + wait > retriesEnd)
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

  /** Each attempt is a span of its own: its length is what Stripe took, the gap before it is what the limiter did. */
  #traceAttempt<Raw extends HasResponse, T>(
    request: StripeRequest<Raw, T>,
    attempt: number,
  ): Promise<Attempt<Raw>> {
    const { endpoint, options } = request;
    const attributes = {
      "http.request.method": endpoint.split(" ")[0],
      "http.request.resend_count": attempt,
      "parity.stripe.priority": options.priority,
    };
    return withSpan({ name: `Stripe ${endpoint}`, kind: "client", attributes }, async (span) => {
      const result = await this.#attempt(request);
      const { requestId, statusCode } = result.ok
        ? result.raw.lastResponse
        : { ...result.failure, statusCode: undefined };
      if (requestId) span.setAttribute("parity.stripe.request_id", requestId);
      if (statusCode) span.setAttribute("http.response.status_code", statusCode);
      if (!result.ok) failSpan(span, result.failure.reason);
      return result;
    });
  }

  async #attempt<Raw, T>({ endpoint, options, send }: StripeRequest<Raw, T>): Promise<Attempt<Raw>> {
    const { limiter, nextVersion } = this.deps;
    try {
      const started = await nextVersion();
      this.#sent += 1;
      options.onRequest?.();
      const began = performance.now();
      const result = await send(this.#timeouts[options.priority]).then(
        (raw) => ({ ok: true as const, raw }),
        (error: unknown) => ({ ok: false as const, failure: toStripeFailure(error) }),
      );
      stripeSeconds.observe({ endpoint }, (performance.now() - began) / 1000);
      countStripeAnswer(endpoint, result.ok ? "ok" : result.failure.reason);
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

/** A person does not wait for a second answer that takes as long as the first. */
const isWorthRetrying = ({ retryable, reason }: StripeFailure, { priority }: RequestOptions): boolean =>
  retryable && !(reason === "timeout" && priority === "interactive");

const ABORTED = Symbol("aborted");

/** Resolves when the signal is aborted. `dispose` takes the listener off again. */
function untilAborted(signal: AbortSignal): { promise: Promise<typeof ABORTED>; dispose: () => void } {
  let abort = () => {};
  const promise = new Promise<typeof ABORTED>((resolve) => {
    abort = () => resolve(ABORTED);
  });
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return { promise, dispose: () => signal.removeEventListener("abort", abort) };
}

/** Whole milliseconds, at least 1. */
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

/** The caller's time was up, perhaps while the request was still waiting in the queue. */
const OUT_OF_TIME: StripeFailure = {
  reason: "out_of_time",
  message: "There was no time left to ask Stripe",
  requestId: null,
  rateLimitReason: null,
  retryable: true,
  accountId: null,
};
