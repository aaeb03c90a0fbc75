import { setTimeout as delay } from "node:timers/promises";
import type { Account } from "../account/account";
import type { Control } from "../control/control";
import type { FaultEffect } from "../control/faults";
import type { Answer } from "./answer-shape";
import { ApiError, unknownUrl } from "./errors";
import { errorOf, rateLimited } from "./faulty";
import { parseForm } from "./form";
import type { IdempotentAnswers } from "./idempotency";
import { type KeyRing, keyOf, type PresentedKey } from "./keys";
import type { RouteMatch } from "./router";
import { permissionMissing } from "./routes/account";

export interface AnswerParts {
  account: Account;
  control: Control;
  keys: KeyRing;
  idempotent: IdempotentAnswers;
  /** Ends waits when the server closes. */
  stopped: AbortSignal;
}

export interface AnswerRequest {
  method: string;
  path: string;
  match: RouteMatch | undefined;
  /** Query string and form body together. */
  form: string;
  authorization: string | undefined;
  requestId: string;
  idempotencyKey: string | undefined;
  effects: readonly FaultEffect[];
}

/** What the API says: key, ceilings, faults and latency, then the route. */
export async function answerTo(parts: AnswerParts, request: AnswerRequest): Promise<Answer> {
  const { account, control } = parts;
  const endpoint = request.match?.endpoint ?? request.path;
  try {
    const key = keyOf(request.authorization, parts.keys);
    const reason = control.ceilings.enter(endpoint);
    if (reason !== undefined) throw rateLimited(reason);
    try {
      const handled = () => handleOnce(parts, request, () => handle(account, request, key));
      const early = readsFirst(control, request.effects) ? handled() : undefined;
      await waitFor(parts, request.effects);
      return early ?? handled();
    } finally {
      control.ceilings.leave(endpoint);
    }
  } catch (error) {
    return errorAnswer(error, request.requestId, account.facts.id);
  }
}

/** Only writes are kept: a read with a key is a read. */
function handleOnce({ idempotent }: AnswerParts, request: AnswerRequest, handled: () => Answer): Answer {
  const { idempotencyKey, method, path, form } = request;
  if (idempotencyKey === undefined || method !== "POST") return handled();
  return idempotent.answer(idempotencyKey, `${path} ${form}`, handled);
}

function handle(account: Account, request: AnswerRequest, key: PresentedKey): Answer {
  const { match, requestId, idempotencyKey = null } = request;
  account.events.origin = { requestId, idempotencyKey };
  try {
    for (const effect of request.effects) {
      const forced = errorOf(effect, key.text, account.facts.id);
      if (forced) throw forced;
    }
    if (!match) throw unknownUrl(request.method, request.path);
    if (key.may === "checkout" && !match.route.forCheckout) {
      throw permissionMissing(key.text, account.facts.id, permissionFor(match));
    }
    const params = parseForm(request.form);
    return { status: 200, body: match.route.handle(account, { id: match.id, params, key }), headers: {} };
  } catch (error) {
    return errorAnswer(error, requestId, account.facts.id);
  } finally {
    account.events.origin = { requestId: null, idempotencyKey: null };
  }
}

/** `rak_customers_read`: what Stripe calls the permission that a restricted key would need. */
function permissionFor({ route }: RouteMatch): string {
  return `rak_${route.path.split("/")[2] ?? ""}_${route.method === "GET" ? "read" : "write"}`;
}

function readsFirst(control: Control, effects: readonly FaultEffect[]): boolean {
  return (
    control.latency.reads === "first" ||
    effects.some((effect) => effect.type === "hang" && effect.reads === "first")
  );
}

async function waitFor({ control, stopped }: AnswerParts, effects: readonly FaultEffect[]): Promise<void> {
  let ms = control.draw(control.latency.ms);
  for (const effect of effects) if (effect.type === "latency") ms += control.draw(effect.ms);
  if (ms > 0) await delay(ms, undefined, { signal: stopped });
  if (effects.some((effect) => effect.type === "hang")) await control.held.hold();
}

/** The answer to an `ApiError`; a 500 in Stripe's shape when the sandbox itself failed. */
function errorAnswer(error: unknown, requestId: string, accountId: string): Answer {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError({
          status: 500,
          type: "api_error",
          message: `The sandbox failed: ${error instanceof Error ? error.message : String(error)}`,
        });
  return { status: known.status, body: known.body(requestId, accountId), headers: known.headers };
}
