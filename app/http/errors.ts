import {
  DATABASE_TROUBLES,
  type DatabaseTrouble,
  findDatabaseTrouble,
} from "~/platform/database/trouble.server";

/**
 * The HTTP status and the general message of each error code. Callers see the code, so it must not change. The message is
 * for people; the caller of `errorResponse` can replace it with a more exact one.
 */
const reasons = {
  bad_params: [400, "Not found."],
  bad_address: [400, "The address is not valid."],
  bad_search: [400, "The query is not valid."],
  bad_body: [400, "The request body is not valid."],
  bad_signature: [400, "The signature is not from Stripe, or the body is not an event."],
  not_signed_in: [401, "Sign in first."],
  no_token: [401, "A bearer token or a session is required."],
  bad_token: [401, "The token is not valid or has expired."],
  bad_secret: [401, "The secret in the Authorization header is missing or wrong."],
  wrong_password: [401, "Incorrect email or password."],
  forbidden: [403, "Your role does not allow this."],
  cross_site: [403, "The request came from another site."],
  not_found: [404, "Not found."],
  wrong_method: [405, "This address does not support that method."],
  conflict: [409, "The data has changed in the meantime. Reload the page."],
  body_too_large: [413, "The request body is too large."],
  address_too_long: [414, "The address is too long."],
  wrong_content_type: [415, "This address does not support that content type."],
  too_many_requests: [429, "Too many requests. Wait a moment."],
  internal: [500, "Something went wrong on our side. The error was logged."],
  not_configured: [503, "This feature is not configured."],
  too_slow: [
    503,
    "The database stopped a query that took too long or needed too much. Try again in a moment.",
  ],
  unavailable: [503, "The database is not available. Try again in a moment."],
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
  /** Replaces the general message of the code. */
  message?: string;
  requestId?: string;
  problems?: { at: string; message: string }[];
  headers?: Record<string, string>;
};

/** The HTTP status of an error code. */
export function readErrorStatus(reason: ErrorCode): number {
  return reasons[reason][0];
}

/** What an error looks like to a caller. */
export function createErrorBody(reason: ErrorCode, details: Omit<ErrorDetails, "headers"> = {}): ErrorBody {
  return { error: { code: reason, message: reasons[reason][1], ...details } };
}

/** An error as a Response: `{error:{code,message}}`, never cached. Return it or throw it. */
export function errorResponse(reason: ErrorCode, { headers, ...details }: ErrorDetails = {}): Response {
  const [status] = reasons[reason];
  return Response.json(createErrorBody(reason, details), {
    status,
    headers: { "Cache-Control": "no-store", ...headers },
  });
}

/** Whether an error comes from the database or the connection to it, not from our code. */
export const isUnavailable = (thrown: unknown): boolean => findDatabaseTrouble(thrown) !== null;

/** What a caller is told when the database cannot be used. */
export function unavailableResponse(trouble: DatabaseTrouble, requestId: string, method: string): Response {
  const message = `${DATABASE_TROUBLES[trouble].what} ${sayWhatIsDone(method)}`;
  return errorResponse("unavailable", { message, requestId, headers: { "Retry-After": "5" } });
}

/** What a caller is told when PostgreSQL stopped a statement of this request. */
export function tooSlowResponse(requestId: string, method: string): Response {
  const message = `The database stopped a query that took too long or needed too much. ${sayWhatIsDone(method)}`;
  return errorResponse("too_slow", { message, requestId, headers: { "Retry-After": "5" } });
}

/** What was asked for may be done in part, or as a whole: a commit may go unanswered. */
function sayWhatIsDone(method: string): string {
  if (method === "GET" || method === "HEAD") return "Nothing was changed. Try again in a moment.";
  return "What you asked for may not be done, or only in part. Look before you ask for it again.";
}
