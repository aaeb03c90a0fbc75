import type { Answer } from "./answer-shape";
import { ApiError } from "./errors";

const KEPT = 1000;

interface Kept {
  fingerprint: string;
  answer: Answer;
}

/** Answers to writes that carried an `Idempotency-Key`: the same key gets the same answer, and nothing happens again. */
export class IdempotentAnswers {
  readonly #answers = new Map<string, Kept>();

  /** Throws when the key came with other parameters before. */
  answer(key: string, fingerprint: string, handle: () => Answer): Answer {
    const kept = this.#answers.get(key);
    if (kept) {
      if (kept.fingerprint !== fingerprint) throw reused(key);
      return { ...kept.answer, headers: { ...kept.answer.headers, "Idempotent-Replayed": "true" } };
    }
    const answer = handle();
    if (answer.status < 400) {
      this.#answers.set(key, { fingerprint, answer });
      const [oldest] = this.#answers.keys();
      if (this.#answers.size > KEPT && oldest !== undefined) this.#answers.delete(oldest);
    }
    return answer;
  }
}

function reused(key: string): ApiError {
  return new ApiError({
    status: 400,
    type: "idempotency_error",
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });
}
