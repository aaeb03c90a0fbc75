import { randomBytes } from "node:crypto";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { createRequestHandler } from "@remix-run/express";
import type { AppLoadContext, ServerBuild } from "@remix-run/node";
import compression from "compression";
import express, { type ErrorRequestHandler, type RequestHandler, type Response } from "express";
import { clientAddressHeader } from "~/auth/staff-options.server";
import type { RouteEnvironment, Services } from "~/http/context";
import type { Refusal } from "~/http/errors";
import { requestIdFrom } from "~/http/request-id";
import type { Sender } from "~/http/same-origin";
import { securityHeaders } from "~/http/security-headers";
import type { Environment } from "~/platform/env.server";
import { type Log, requestLog } from "~/platform/log.server";
import { type Listener, openListener } from "./listener.server";
import { drain } from "./shutdown.server";

export type ServerEnvironment = Omit<RouteEnvironment, "singleSignOn"> &
  Pick<Environment, "singleSignOn" | "trustedProxies">;

export type ServerOptions = Omit<Services, "environment"> & {
  environment: ServerEnvironment;
  log: Log;
  build: ServerBuild | (() => Promise<ServerBuild>);
  /** Where the browser's files were built to. */
  assets?: string;
  /** The development server's own handler, before everything of ours. */
  development?: RequestHandler;
};

export type WebServer = {
  /** Answers on a port that is open already, or opens one (0: any). */
  listen: (on: Listener | number) => Promise<{ url: string; port: number }>;
  /** Stops accepting, and finishes what is running; after `deadline` milliseconds cuts it off. */
  close: (deadline?: number) => Promise<void>;
};

type Locals = { requestId: string; nonce: string; log: Log; sender: Sender };

/** The web server: Express around Remix, with everything handed in that routes may use. */
export function createServer(options: ServerOptions): WebServer {
  const { log } = options;
  let listener: Listener | null = null;
  let closing: Promise<void> | null = null;
  const app = createApp(options, () => closing !== null);
  return {
    listen: async (on) => {
      listener = typeof on === "number" ? await openListener({ port: on, orNextFree: false }) : on;
      listener.handle(app as RequestListener);
      return { url: `http://localhost:${listener.port}`, port: listener.port };
    },
    close: (deadline = 10_000) => {
      if (listener) closing ??= drain(listener.server, log, deadline);
      return closing ?? Promise.resolve();
    },
  };
}

function createApp(options: ServerOptions, isClosing: () => boolean) {
  const { environment, log, build, assets = "build/client", development } = options;
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", environment.trustedProxies);
  app.use(prepare(environment, log, development !== undefined, isClosing));
  app.use(compression());
  if (development) app.use(development);
  // Names of built files hold a hash of their content, so that one name never changes what it means.
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
  app.use(
    createRequestHandler({
      build,
      mode: development ? "development" : "production",
      getLoadContext: (request, response) => loadContext(options, request.ip ?? "", localsOf(response)),
    }),
  );
  app.use(failure);
  return app;
}

/** The first thing that happens to a request: an id, a log line when it ends, headers, and whom to believe. */
function prepare(
  environment: ServerEnvironment,
  log: Log,
  development: boolean,
  isClosing: () => boolean,
): RequestHandler {
  const host = new URL(environment.appUrl).host;
  return (request, response, next) => {
    const started = performance.now();
    const requestId = requestIdFrom(request.get("X-Request-Id"));
    const nonce = randomBytes(16).toString("base64");
    const sender = { site: request.get("Sec-Fetch-Site") ?? null, origin: request.get("Origin") ?? null };
    const locals: Locals = { requestId, nonce, log: requestLog(log, requestId), sender };
    Object.assign(response.locals, locals);
    response.setHeader("X-Request-Id", requestId);
    for (const [name, value] of Object.entries(
      securityHeaders({ nonce, appUrl: environment.appUrl, development }),
    ))
      response.setHeader(name, value);
    if (isClosing()) response.setHeader("Connection", "close");
    // Routes see the public origin, whatever the request claims to have been sent to.
    request.headers.host = host;
    delete request.headers["x-forwarded-host"];
    // Kept in the context: the route builder evaluates it, and Remix's own check knows only one address.
    delete request.headers.origin;
    // The one header that says where a request comes from is written here; a copy that arrives is worth nothing.
    request.headers[clientAddressHeader] = plainAddress(request.ip ?? "");
    response.on("close", () => {
      const { method, path } = request;
      const quiet = path === "/healthz" || path === "/readyz" || path.startsWith("/assets/");
      const line = { method, path, status: response.statusCode, ms: Math.round(performance.now() - started) };
      // Without the query: searches hold e-mail addresses.
      locals.log[quiet ? "debug" : "info"](line, response.writableFinished ? "request" : "request given up");
    });
    next();
  };
}

function loadContext(
  options: ServerOptions,
  address: string,
  { requestId, nonce, log, sender }: Locals,
): AppLoadContext {
  const { parity, staffAuth, customerAuth, ready, environment } = options;
  const { mode, appUrl, cronSecret, metricsToken, singleSignOn } = environment;
  return {
    parity,
    staffAuth,
    customerAuth,
    ready,
    environment: { mode, appUrl, cronSecret, metricsToken, singleSignOn: singleSignOn !== null },
    log,
    requestId,
    clientAddress: plainAddress(address),
    cspNonce: nonce,
    sender,
  };
}

/** What breaks outside of routes: addresses that cannot be decoded, files that are not there, bugs in here. */
const failure: ErrorRequestHandler = (error: unknown, request, response, _next) => {
  const { log, requestId } = localsOf(response);
  const status = statusOf(error);
  if (status === 500) log.error({ err: error, path: request.path }, "a request failed outside of its route");
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body: Refusal =
    status === 404
      ? { error: { code: "not_found", message: "There is nothing at this address." } }
      : status === 500
        ? {
            error: {
              code: "internal",
              message: "Something went wrong on our side. It has been logged.",
              requestId,
            },
          }
        : { error: { code: "bad_params", message: "The address is not one that we know." } };
  response.status(status).set("Cache-Control", "no-store").json(body);
};

function statusOf(error: unknown): number {
  const status =
    typeof error === "object" && error !== null && "status" in error ? Number(error.status) : 500;
  // A path that climbs out of the folder is forbidden to `send`; to us there is nothing there.
  if (status === 403) return 404;
  return status >= 400 && status < 500 ? status : 500;
}

function localsOf(response: Response): Locals {
  return response.locals as Locals;
}

/** IPv4 as IPv4, also where the socket speaks IPv6. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, "");
}
