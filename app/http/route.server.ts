import { parseWithZod } from "@conform-to/zod/v4";
import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import type { z } from "zod";
import { findDatabaseTrouble, isStoppedStatement } from "~/platform/database/trouble.server";
import { isPlainText } from "~/platform/plain-text";
import { readBody, readFields, readForm, readJson, readSearch } from "./body.server";
import { authorize } from "./caller.server";
import { type ErrorCode, errorResponse, tooSlowResponse, unavailableResponse } from "./errors";
import type { Access, ActionInput, ActionSpec, LoaderInput, LoaderSpec } from "./route-spec";

const CALLERS = ["staff", "customer", "cron", "metrics", "stripe", "public"] as const;
const marker = Symbol.for("parity.route");

/**
 * Builds all loaders and actions. A handler gets parsed input and an authorized caller. An error that it throws becomes an
 * error response with a request id, never a stack trace.
 */
export const route = { loader, action };

/** The access of a function that `route` built; null for other functions. */
export function readRouteAccess(built: unknown): Access["who"] | null {
  return typeof built === "function" && marker in built ? (built[marker] as Access["who"]) : null;
}

function loader<const S extends LoaderSpec, R>(spec: S, handler: (input: LoaderInput<S>) => R | Promise<R>) {
  return markRoute(
    spec,
    (args: LoaderFunctionArgs): Promise<R> =>
      handleErrors(args, async () => handler((await readInput(spec, args)) as LoaderInput<S>)),
  );
}

function action<const S extends ActionSpec, R>(spec: S, handler: (input: ActionInput<S>) => R | Promise<R>) {
  const method = spec.method ?? "POST";
  return markRoute(
    spec,
    (args: ActionFunctionArgs): Promise<R> =>
      handleErrors(args, async () => {
        if (args.request.method !== method)
          throw errorResponse("wrong_method", { message: `Use ${method}.`, headers: { Allow: method } });
        const input = await readInput(spec, args);
        return handler({ ...input, ...(await readActionBody(spec, args.request)) } as ActionInput<S>);
      }),
  );
}

function markRoute<F extends object>(spec: Access, built: F): F {
  if (!CALLERS.includes(spec.who))
    throw new Error(`A route for ${JSON.stringify(spec.who)} has no known access.`);
  return Object.assign(built, { [marker]: spec.who });
}

/** Authorizes first, so that a caller without access learns nothing about the expected input. */
async function readInput(spec: LoaderSpec, { request, params, context }: LoaderFunctionArgs) {
  const caller = await authorize(request, spec, context);
  // Here for all routes: no handler and no query sees an id that cannot be stored.
  if (!Object.values(params).every((param) => isPlainText(param ?? ""))) throw errorResponse("not_found");
  const fields = readSearch(new URL(request.url).searchParams);
  return {
    ...caller,
    params: parseInput("bad_params", spec.params, params),
    search: parseInput("bad_search", spec.search, fields),
    request,
    context,
    parity: context.parity,
    log: context.log,
  };
}

async function readActionBody(spec: ActionSpec, request: Request) {
  if (spec.raw) return { body: await readBody(request) };
  if (spec.json) return { json: parseInput("bad_body", spec.json, await readJson(request)) };
  if (spec.submission)
    return { submission: parseWithZod(await readForm(request), { schema: spec.submission }) };
  if (spec.form) return { form: parseInput("bad_body", spec.form, readFields(await readForm(request))) };
  return {};
}

function parseInput(reason: ErrorCode, schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => ({ at: issue.path.join("."), message: issue.message }));
  const message = problems.map(({ at, message }) => (at ? `${at}: ${message}` : message)).join("; ");
  throw errorResponse(reason, { message, problems });
}

async function handleErrors<R>({ context, request }: LoaderFunctionArgs, work: () => Promise<R>): Promise<R> {
  try {
    const answer = await work();
    if (answer instanceof Response && !answer.headers.has("Cache-Control"))
      answer.headers.set("Cache-Control", "no-store");
    return answer;
  } catch (thrown) {
    if (thrown instanceof Response) throw thrown;
    const { requestId, log } = context;
    // The caller has disconnected, which is most likely the cause of the error.
    if (request.signal.aborted) {
      log.debug({ err: thrown }, "request aborted by the caller");
      throw errorResponse("internal", { requestId });
    }
    const trouble = findDatabaseTrouble(thrown);
    if (trouble !== null) {
      log.error({ err: thrown }, "database not available");
      throw unavailableResponse(trouble, requestId, request.method);
    }
    if (isStoppedStatement(thrown)) {
      log.error(
        { err: thrown },
        "a query took too long and was stopped; look at statement_timeout and locks",
      );
      throw tooSlowResponse(requestId, request.method);
    }
    log.error({ err: thrown }, "request failed");
    throw errorResponse("internal", { requestId });
  }
}
