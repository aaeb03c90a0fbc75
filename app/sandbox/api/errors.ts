import type { Refusal } from "../account/refusal";
import type { JsonObject } from "../json";
import type { IdKind } from "../store/ids";

export interface ApiErrorFields {
  status: number;
  type?: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error";
  code?: string;
  /** The reason of the payer's bank. */
  declineCode?: string;
  message: string;
  param?: string;
  headers?: Readonly<Record<string, string>>;
}

/** An error response in Stripe's format. Thrown wherever a request is invalid. */
export class ApiError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #fields: ApiErrorFields;

  constructor(fields: ApiErrorFields) {
    super(fields.message);
    this.status = fields.status;
    this.headers = fields.headers ?? {};
    this.#fields = fields;
  }

  /** The body of the response. `accountId` is used only in the link to the request's log. */
  body(requestId: string, accountId: string): string {
    const { code, declineCode, message, param, type = "invalid_request_error" } = this.#fields;
    const error: JsonObject = {
      ...(code ? { code, doc_url: `https://docs.stripe.com/error-codes#${code.replaceAll("_", "-")}` } : {}),
      ...(declineCode ? { decline_code: declineCode } : {}),
      message,
      ...(param ? { param } : {}),
      request_log_url: `https://dashboard.stripe.com/${accountId}/test/workbench/logs?object=${requestId}`,
      type,
    };
    return JSON.stringify({ error });
  }
}

/** `resource_missing`: 404 for an id in the path (`param` is `id`), 400 for an id in a parameter. */
export function createMissingError(kind: IdKind | (string & {}), id: string, param = "id"): ApiError {
  return new ApiError({
    status: param === "id" ? 404 : 400,
    code: "resource_missing",
    message: `No such ${kind}: '${id}'`,
    param,
  });
}

/** What Stripe would do and the sandbox does not reproduce: never a made-up answer, always its name. */
export function createUnsupportedError(what: string, param?: string): ApiError {
  return new ApiError({
    status: 501,
    type: "api_error",
    code: "sandbox_unsupported",
    message: `The sandbox does not serve ${what}.`,
    ...(param === undefined ? {} : { param }),
    headers: { "Stripe-Should-Retry": "false" },
  });
}

export function createUnknownUrlError(method: string, path: string): ApiError {
  return new ApiError({
    status: 404,
    message: `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  });
}

const REFUSAL_TYPES = {
  400: "invalid_request_error",
  402: "card_error",
  404: "invalid_request_error",
  501: "api_error",
} as const;

/** The answer for what the account refuses. */
export function toRefusalError({ status, message, code, param, declineCode }: Refusal): ApiError {
  return new ApiError({
    status,
    type: REFUSAL_TYPES[status],
    message,
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
    ...(declineCode === undefined ? {} : { declineCode }),
    ...(status === 501 ? { headers: { "Stripe-Should-Retry": "false" } } : {}),
  });
}
