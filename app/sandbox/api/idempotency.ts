import type { ApiResponse } from "./api-response";
import { ApiError } from "./errors";

const CAPACITY = 1000;

interface StoredResponse {
  fingerprint: string;
  response: ApiResponse;
}

/** Responses to writes with an `Idempotency-Key`: the same key gets the same response without another write. */
export class IdempotentResponses {
  readonly #responses = new Map<string, StoredResponse>();

  /** Throws when the key was used with other parameters before. */
  respond(key: string, fingerprint: string, handle: () => ApiResponse): ApiResponse {
    const stored = this.#responses.get(key);
    if (stored) {
      if (stored.fingerprint !== fingerprint) throw createKeyReuseError(key);
      return { ...stored.response, headers: { ...stored.response.headers, "Idempotent-Replayed": "true" } };
    }
    const response = handle();
    if (response.status < 400) {
      this.#responses.set(key, { fingerprint, response });
      const [oldest] = this.#responses.keys();
      if (this.#responses.size > CAPACITY && oldest !== undefined) this.#responses.delete(oldest);
    }
    return response;
  }
}

function createKeyReuseError(key: string): ApiError {
  return new ApiError({
    status: 400,
    type: "idempotency_error",
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });
}
