/**
 * The one place where a reason becomes an HTTP status. A reason is the `code` that callers see, so it stays the same
 * over time; the message is for people, and may be replaced by a better one where the details are known.
 */
const reasons = {
  bad_params: [400, "The address is not one that we know."],
  bad_search: [400, "The query is not one that we understand."],
  bad_body: [400, "The body is not what this address takes."],
  bad_signature: [400, "The signature is not Stripe's, or the body is not an event."],
  not_signed_in: [401, "Sign in first."],
  no_token: [401, "A bearer token, or a session of ours, is needed."],
  bad_token: [401, "The token is not valid, or no longer."],
  bad_secret: [401, "The secret in the Authorization header is missing or wrong."],
  wrong_password: [401, "Incorrect email or password."],
  forbidden: [403, "Your role does not allow this."],
  cross_site: [403, "The request came from another site."],
  not_found: [404, "There is nothing at this address."],
  wrong_method: [405, "This address does not take that method."],
  conflict: [409, "Something changed in the meantime."],
  body_too_large: [413, "The body is too large."],
  wrong_content_type: [415, "The body is of a type that this address does not take."],
  too_many_requests: [429, "Too many requests. Wait a moment."],
  internal: [500, "Something went wrong on our side. It has been logged."],
  not_configured: [503, "This part is not set up."],
  unavailable: [503, "The database cannot be reached just now. Nothing was changed; try again in a moment."],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type ErrorCode = keyof typeof reasons;

export type ErrorBody = {
  error: {
    code: ErrorCode;
    message: string;
    requestId?: string;
    problems?: { at: string; message: string }[];
  };
};

export type ErrorDetails = {
  /** Instead of the reason's general message. */
  message?: string;
  requestId?: string;
  problems?: { at: string; message: string }[];
  headers?: Record<string, string>;
};

/** What an error looks like to a caller. */
export function createErrorBody(reason: ErrorCode, details: Omit<ErrorDetails, "headers"> = {}): ErrorBody {
  return { error: { code: reason, message: reasons[reason][1], ...details } };
}

/** The Response that says why not: `{error:{code,message}}`, never cached. Return it, or throw it. */
export function errorResponse(reason: ErrorCode, { headers, ...details }: ErrorDetails = {}): Response {
  const [status] = reasons[reason];
  return Response.json(createErrorBody(reason, details), {
    status,
    headers: { "Cache-Control": "no-store", ...headers },
  });
}

/**
 * Codes of errors that mean "the database is not there": of node's sockets; of PostgreSQL, its classes 08 and 57P, too
 * many connections, no such database, a password that was changed; and of Prisma the same, and an exhausted pool.
 */
const unavailableCodes =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EPIPE|ETIMEDOUT|EAI_AGAIN|08...|57P0[1-5]|53[23]00|3D000|28P01|P100[01238]|P1017|P2024)$/;

const unavailableMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether an exception says that the database (or the way to it) is broken, rather than our code. */
export function isUnavailable(thrown: unknown): boolean {
  let error = thrown;
  for (let depth = 0; depth < 6 && typeof error === "object" && error !== null; depth++) {
    for (const name of ["code", "originalCode"] as const)
      if (name in error && unavailableCodes.test(String(Reflect.get(error, name)))) return true;
    if ("kind" in error && error.kind === "DatabaseNotReachable") return true;
    if (error instanceof Error && unavailableMessages.test(error.message)) return true;
    error = findCause(error);
  }
  return false;
}

/** Prisma keeps the driver's error under `meta.driverAdapterError`, node under `cause`, several under `errors`. */
function findCause(error: object): unknown {
  if ("meta" in error && typeof error.meta === "object" && error.meta && "driverAdapterError" in error.meta)
    return error.meta.driverAdapterError;
  if ("errors" in error && Array.isArray(error.errors)) return error.errors[0];
  return "cause" in error ? error.cause : null;
}
