import { setTimeout as delay } from "node:timers/promises";
import type { Account } from "~/sandbox/account/account";
import { Refusal } from "~/sandbox/account/refusal";
import type { Control } from "~/sandbox/control/control";
import type { FaultEffect } from "~/sandbox/control/faults";
import { namePermission } from "~/sandbox/control/permissions";
import type { ApiResponse } from "./api-response";
import { findKnownRoute, refuseUnknownParams } from "./catalogue/catalogue";
import { ApiError, createUnknownUrlError, createUnsupportedError, toRefusalError } from "./errors";
import { createRateLimitError, toFaultError } from "./fault-errors";
import { parseForm, type RawParams } from "./form";
import type { IdempotentResponses } from "./idempotency";
import { authenticate, type KeyRing, type PresentedKey } from "./keys";
import type { RouteMatch } from "./router";
import { createOtherAccountError, createPermissionError } from "./routes/account";
import { convertText } from "./versions/convert";
import { expandOlder, takeOlderExpands } from "./versions/older-expands";
import { findOlderParams, isOldRoute, requireVersion } from "./versions/versions";

export interface RequestDeps {
  account: Account;
  control: Control;
  keys: KeyRing;
  idempotent: IdempotentResponses;
  /** Ends waits when the server closes. */
  stopped: AbortSignal;
}

export interface IncomingRequest {
  method: string;
  path: string;
  match: RouteMatch | undefined;
  /** Query string and form body together. */
  form: string;
  authorization: string | undefined;
  requestId: string;
  idempotencyKey: string | undefined;
  /** The `Stripe-Version` header. */
  version: string | undefined;
  /** The `Stripe-Account` or `Stripe-Context` header. */
  onAccount: string | undefined;
  effects: readonly FaultEffect[];
}

/** Handles one request: key, rate limits, faults and latency, then the route. */
export async function handleRequest(deps: RequestDeps, request: IncomingRequest): Promise<ApiResponse> {
  const { account, control } = deps;
  const endpoint = request.match?.endpoint ?? request.path;
  try {
    const key = authenticate(request.authorization, deps.keys);
    const reason = control.rateLimiter.acquire(endpoint);
    if (reason !== undefined) throw createRateLimitError(reason);
    try {
      const run = () => handleOnce(deps, request, () => handle(deps, request, key));
      const early = shouldReadFirst(control, request.effects) ? run() : undefined;
      await waitForLatency(deps, request.effects);
      return early ?? run();
    } finally {
      control.rateLimiter.release(endpoint);
    }
  } catch (error) {
    return toErrorResponse(error, request.requestId, account.facts.id);
  }
}

/** Idempotency keys only apply to POST requests. */
function handleOnce(
  { idempotent }: RequestDeps,
  request: IncomingRequest,
  handled: () => ApiResponse,
): ApiResponse {
  const { idempotencyKey, method, path, form } = request;
  if (idempotencyKey === undefined || method !== "POST") return handled();
  return idempotent.respond(idempotencyKey, `${path} ${form}`, handled);
}

function handle({ account, control }: RequestDeps, request: IncomingRequest, key: PresentedKey): ApiResponse {
  const { match, requestId, idempotencyKey = null } = request;
  account.time.catchUp();
  account.events.origin = { requestId, idempotencyKey };
  try {
    for (const effect of request.effects) {
      const forced = toFaultError(effect, key.text, account.facts.id);
      if (forced) throw forced;
    }
    refuseOtherAccount(request.onAccount, key, account.facts.id);
    const version = requireVersion(request.version ?? account.facts.apiVersion);
    if (isOldRoute(request.path, version)) throw createUnsupportedError(`${request.method} ${request.path}`);
    if (!match) throw createNoRouteError(request);
    const params = parseForm(request.form);
    const need = { method: request.method, path: request.path, expand: listExpanded(params) };
    const missing =
      key.may === "checkout" && !match.route.forCheckout
        ? namePermission(need)
        : control.permissions.findMissing(key.text, need);
    if (missing !== undefined) throw createPermissionError(key.text, account.facts.id, missing);
    const older = takeOlderExpands(match.endpoint, params, version);
    refuseUnknownParams(match.endpoint, older.params, findOlderParams(version));
    const body = match.route.handle(account, { id: match.id, params: older.params, key, version });
    const converted = convertText(account, body, version);
    return {
      status: 200,
      body: expandOlder(account, converted, { paths: older.paths, version }),
      headers: { "Stripe-Version": version },
    };
  } catch (error) {
    return toErrorResponse(error, requestId, account.facts.id);
  } finally {
    account.events.origin = { requestId: null, idempotencyKey: null };
  }
}

function createNoRouteError({ method, path }: IncomingRequest): ApiError {
  const known = findKnownRoute(method, path);
  return known === undefined ? createUnknownUrlError(method, path) : createUnsupportedError(known);
}

/** Objects of other accounts are never shown: the sandbox has one account. */
function refuseOtherAccount(onAccount: string | undefined, key: PresentedKey, own: string): void {
  if (onAccount !== undefined && onAccount !== own) throw createOtherAccountError(key.text, onAccount);
}

function listExpanded({ expand }: RawParams): string[] {
  return typeof expand === "object" ? Object.values(expand).filter((path) => typeof path === "string") : [];
}

function shouldReadFirst(control: Control, effects: readonly FaultEffect[]): boolean {
  return (
    control.latency.reads === "first" ||
    effects.some((effect) => effect.type === "hang" && effect.reads === "first")
  );
}

async function waitForLatency(
  { control, stopped }: RequestDeps,
  effects: readonly FaultEffect[],
): Promise<void> {
  let ms = control.draw(control.latency.ms);
  for (const effect of effects) if (effect.type === "latency") ms += control.draw(effect.ms);
  if (ms > 0) await delay(ms, undefined, { signal: stopped });
  if (effects.some((effect) => effect.type === "hang")) await control.held.hold();
}

/** The response for an `ApiError`; a 500 in Stripe's format for any other error. */
function toErrorResponse(error: unknown, requestId: string, accountId: string): ApiResponse {
  const known =
    error instanceof ApiError
      ? error
      : error instanceof Refusal
        ? toRefusalError(error)
        : new ApiError({
            status: 500,
            type: "api_error",
            message: `The sandbox failed: ${error instanceof Error ? error.message : String(error)}`,
          });
  return { status: known.status, body: known.body(requestId, accountId), headers: known.headers };
}
