import { parseWithZod } from "@conform-to/zod/v4";
import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import type { z } from "zod";
import { readFields, readBody, readForm, readJson } from "./body.server";
import { authorize } from "./caller.server";
import { isUnavailable, type ErrorCode, errorResponse } from "./errors";
import type { ActionInput, ActionSpec, LoaderInput, LoaderSpec, Access } from "./route-spec";

const CALLERS = ["staff", "customer", "cron", "metrics", "stripe", "public"] as const;
const marker = Symbol.for("parity.route");

/**
 * Builds every loader and action: who may call, what comes in, what goes out when it fails. Handlers get parsed
 * input and a caller who is let in; what they throw becomes a refusal with a request id, never a stack trace.
 */
export const route = { loader, action };

/** Who may call a function that `route` built; null for one that it did not build. */
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
  if (!CALLERS.includes(spec.who)) throw new Error(`A route for ${JSON.stringify(spec.who)} lets nobody in.`);
  return Object.assign(built, { [marker]: spec.who });
}

/** The caller first: nobody learns from a 400 what an address takes who may not call it. */
async function readInput(spec: LoaderSpec, { request, params, context }: LoaderFunctionArgs) {
  const caller = await authorize(request, spec, context);
  return {
    ...caller,
    params: parseInput("bad_params", spec.params, params),
    search: parseInput("bad_search", spec.search, readFields(new URL(request.url).searchParams)),
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
    // The caller has gone, and what broke is most likely only that; nobody reads the answer.
    if (request.signal.aborted) {
      log.debug({ err: thrown }, "the request was given up");
      throw errorResponse("internal", { requestId });
    }
    if (isUnavailable(thrown)) {
      log.error({ err: thrown }, "the database cannot be reached");
      throw errorResponse("unavailable", { requestId, headers: { "Retry-After": "5" } });
    }
    log.error({ err: thrown }, "a request failed");
    throw errorResponse("internal", { requestId });
  }
}
