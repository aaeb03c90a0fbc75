import { randomBytes } from "node:crypto";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { createRequestHandler } from "@remix-run/express";
import type { AppLoadContext, ServerBuild } from "@remix-run/node";
import compression from "compression";
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from "express";
import { clientAddressHeader } from "~/auth/staff-options.server";
import { readClientAddress } from "~/http/client-address";
import type { RouteEnvironment, Services } from "~/http/context";
import { createErrorBody, type ErrorCode, readErrorStatus } from "~/http/errors";
import { keepPrivate } from "~/http/methods/keep-private";
import { refuseWrongMethod } from "~/http/methods/refuse-wrong-method.server";
import { createProxyWatch } from "~/http/proxy-watch.server";
import { findRefusal } from "~/http/request-bounds";
import { readRequestId } from "~/http/request-id";
import type { Sender } from "~/http/same-origin";
import { createSecurityHeaders } from "~/http/security-headers";
import type { Environment } from "~/platform/env.server";
import { type Log, requestLog } from "~/platform/log.server";
import { httpSeconds, measureProcess } from "~/platform/metrics/process-meters.server";
import { traceRequest } from "~/platform/tracing/request-span.server";
import { finishBody } from "./finish-body.server";
import { type Listener, openListener } from "./listener.server";
import { toWorkSeconds } from "./open-parity.server";
import { drain } from "./shutdown.server";

export type ServerEnvironment = Omit<RouteEnvironment, "singleSignOn"> &
  Pick<Environment, "singleSignOn" | "trustedProxies"> &
  Partial<Pick<Environment, "staysAlive" | "requestSeconds">>;

export type ServerOptions = Omit<Services, "environment"> & {
  environment: ServerEnvironment;
  log: Log;
  build: ServerBuild | (() => Promise<ServerBuild>);
  /** The folder of the files for the browser; null where the host serves them itself. */
  assets?: string | null;
  /** Vite's own handler, in development. */
  development?: RequestHandler;
};

export type WebServer = {
  /** Answers one request, wherever it comes from. */
  handle: RequestListener;
  /** Answers on a listener that is open already, or opens the port (0: any free one). */
  listen: (on: Listener | number) => Promise<{ url: string; port: number }>;
  /** Stops accepting and lets requests finish. Cuts off those that still run after `deadlineMs`. */
  close: (deadlineMs?: number) => Promise<void>;
};

/** As much of a path as is logged. */
const LOGGED_PATH = 200;

type Locals = { requestId: string; nonce: string; log: Log; sender: Sender; address: string };

/** The web server: Express with Remix as its last handler. `options` has everything that routes may use. */
export function createServer(options: ServerOptions): WebServer {
  const { log } = options;
  measureProcess();
  let listener: Listener | null = null;
  let closing: Promise<void> | null = null;
  const app: RequestListener = createApp(options, () => closing !== null);
  return {
    handle: app,
    listen: async (on) => {
      listener = typeof on === "number" ? await openListener({ port: on, orNextFree: false }) : on;
      listener.handle(app);
      return { url: `http://localhost:${listener.port}`, port: listener.port };
    },
    close: (deadlineMs = 10_000) => {
      if (listener) closing ??= drain(listener.server, log, deadlineMs);
      return closing ?? Promise.resolve();
    },
  };
}

function createApp(options: ServerOptions, isClosing: () => boolean) {
  const { environment, log, build, assets = "build/client", development } = options;
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", environment.trustedProxies);
  // Routes read the query themselves, within bounds.
  app.set("query parser", false);
  app.use(prepareRequest(environment, log, development !== undefined, isClosing));
  app.use(compression());
  // Vite's own addresses are longer than ours.
  if (development) app.use(development);
  app.use(refuseUnbounded);
  if (assets !== null) serveFiles(app, assets);
  app.use(refuseWrongMethod(build));
  app.use(
    createRequestHandler({
      build,
      mode: development ? "development" : "production",
      getLoadContext: (_request, response) => createLoadContext(options, readLocals(response)),
    }),
  );
  app.use(handleError);
  return app;
}

function serveFiles(app: Express, assets: string): void {
  // The names of built files contain a hash of their content, so a file never changes.
  app.use(
    "/assets",
    express.static(join(assets, "assets"), {
      immutable: true,
      maxAge: "1y",
      index: false,
      fallthrough: false,
    }),
  );
  app.use(express.static(assets, { maxAge: "1h", index: false, redirect: false }));
}

/** The first middleware: request id, access log, security headers, trusted client address. */
function prepareRequest(
  environment: ServerEnvironment,
  log: Log,
  development: boolean,
  isClosing: () => boolean,
): RequestHandler {
  const host = new URL(environment.appUrl).host;
  const watchProxy = createProxyWatch(environment.trustedProxies !== false, log);
  return (request, response, next) => {
    watchProxy(request.headers);
    const started = performance.now();
    const requestId = readRequestId(request.get("X-Request-Id"));
    const nonce = randomBytes(16).toString("base64");
    const sender = { site: request.get("Sec-Fetch-Site") ?? null, origin: request.get("Origin") ?? null };
    const address = readClientAddress(request.ip, request.socket.remoteAddress);
    const locals: Locals = { requestId, nonce, log: requestLog(log, requestId), sender, address };
    Object.assign(response.locals, locals);
    response.setHeader("X-Request-Id", requestId);
    for (const [name, value] of Object.entries(
      createSecurityHeaders({ nonce, appUrl: environment.appUrl, development }),
    ))
      response.setHeader(name, value);
    if (isClosing()) response.setHeader("Connection", "close");
    // Routes always see the public origin, whichever Host header the request has.
    request.headers.host = host;
    delete request.headers["x-forwarded-host"];
    // The route builder checks the origin, from the context. Remix's own check would accept one address only.
    delete request.headers.origin;
    // Overwrites whatever the client sent: this header is trusted later.
    request.headers[clientAddressHeader] = address;
    finishBody(request, response);
    keepPrivate(response);
    const path = request.path.slice(0, LOGGED_PATH);
    const isQuiet = path === "/healthz" || path === "/readyz" || path.startsWith("/assets/");
    response.on("close", () => {
      const { method } = request;
      const tookMs = performance.now() - started;
      httpSeconds.observe(
        { kind: readKind(request.path), code: `${Math.floor(response.statusCode / 100)}xx` },
        tookMs / 1000,
      );
      const line = { method, path, status: response.statusCode, ms: Math.round(tookMs) };
      // Without the query, because searches contain email addresses.
      // Whatever answers 500 is an error in the log, wherever it went wrong.
      locals.log[response.statusCode === 500 ? "error" : isQuiet ? "debug" : "info"](
        line,
        response.writableFinished ? "request" : "request aborted by the client",
      );
    });
    if (isQuiet) next();
    else traceRequest(request, response, { kind: readKind(path), path, requestId }, next);
  };
}

/** What kind of address it is: a label of metrics has few values. */
function readKind(path: string): string {
  const [first = "", second = ""] = path.split("/").slice(1);
  if (first === "api")
    return ["cron", "stripe", "workspace", "auth"].includes(second) ? `api_${second}` : "other";
  if (["assets", "healthz", "readyz", "metrics", "workspace"].includes(first)) return first;
  return "page";
}

/** What could take long is refused before it is routed: the router and its parsers set no bounds of their own. */
const refuseUnbounded: RequestHandler = (request, response, next) => {
  const refusal = findRefusal(request.method, request.originalUrl);
  if (refusal === null) {
    next();
    return;
  }
  const { code, message, allow } = refusal;
  if (allow) response.setHeader("Allow", allow);
  response
    .status(readErrorStatus(code))
    .set("Cache-Control", "no-store")
    .json(createErrorBody(code, { message }));
};

function createLoadContext(
  options: ServerOptions,
  { requestId, nonce, log, sender, address }: Locals,
): AppLoadContext {
  const { parity, staffAuth, customerAuth, ready, environment } = options;
  const { mode, appUrl, cronSecret, metricsToken, singleSignOn, staysAlive, requestSeconds } = environment;
  return {
    parity,
    staffAuth,
    customerAuth,
    ready,
    environment: {
      ...{ mode, appUrl, cronSecret, metricsToken, singleSignOn: singleSignOn !== null },
      workSeconds: staysAlive === false && requestSeconds ? toWorkSeconds(requestSeconds) : null,
    },
    log,
    requestId,
    clientAddress: address,
    cspNonce: nonce,
    sender,
  };
}

/** Errors outside of routes: addresses that cannot be decoded, missing files, bugs in this file. */
const handleError: ErrorRequestHandler = (error: unknown, request, response, _next) => {
  const { log, requestId } = readLocals(response);
  const status = readStatus(error);
  if (status === 500) log.error({ err: error, path: request.path }, "request failed outside of its route");
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const code: ErrorCode = status === 404 ? "not_found" : status === 500 ? "internal" : "bad_params";
  const body = createErrorBody(code, status === 500 ? { requestId } : {});
  response.status(status).set("Cache-Control", "no-store").json(body);
};

function readStatus(error: unknown): number {
  const status =
    typeof error === "object" && error !== null && "status" in error ? Number(error.status) : 500;
  // `send` answers 403 to a path that leaves the folder. For us that is a missing file.
  if (status === 403) return 404;
  return status >= 400 && status < 500 ? status : 500;
}

function readLocals(response: Response): Locals {
  return response.locals as Locals;
}
