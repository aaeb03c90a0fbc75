import type { EpochSeconds, Version } from "~/billing/observation";
import type { Priority } from "./budget";
import type { StripeFailure } from "./failure.server";

/** The version of an answer: taken before the request was sent and after the answer arrived, from one database sequence. */
export type AnswerVersion = { started: Version; ended: Version };

export type Answer<T> = AnswerVersion & {
  ok: true;
  value: T;
  requestId: string | null;
  /** Stripe's clock (the header `Date`). */
  stripeTime: EpochSeconds | null;
};

/** A failure has a version too: "there is no such customer" is an answer. */
export type NoAnswer = AnswerVersion & { ok: false; failure: StripeFailure };

export type Read<T> = Answer<T> | NoAnswer;

export type RequestOptions = {
  priority: Priority;
  /** No attempt is begun after so many milliseconds, the time in the queue included. A request that was sent is waited for. */
  deadlineMs: number;
  /** Called for each request that is sent, so that a run can count its requests. */
  onRequest?: () => void;
  /** Aborted when the result is no longer wanted: no further request is sent, and no answer is waited for. */
  signal?: AbortSignal;
};
