import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { parseArgs } from "node:util";
import { areSecretsEqual, readBearerToken } from "~/http/bearer.server";
import type { Readiness } from "~/platform/database/monitor.server";
import { StartError } from "~/platform/start-error";
import { type Listener, openListener } from "../listener.server";

export type WorkerPortDeps = {
  /** Whether the worker takes jobs now. */
  isWorking: () => boolean;
  ready: () => Promise<Readiness>;
  metrics: () => Promise<string>;
  /** METRICS_TOKEN; null: no metrics are shown. */
  metricsToken: string | null;
};

/** The port of the command line (`--port 9464`), or the one of the environment; null: none. Throws StartError for any other argument. */
export function readWorkerPort(args: readonly string[], configured: number | null): number | null {
  try {
    const { values } = parseArgs({ args: [...args], options: { port: { type: "string" } } });
    if (values.port === undefined) return configured;
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) throw new Error("");
    return Number(values.port);
  } catch {
    throw new StartError("Usage: npm run worker -- [--port 9464]", 2);
  }
}

/** Opens the port of a worker, which answers "starting" until it is given what it answers. Throws StartError when it is in use. */
export async function openWorkerPort(port: number, host: string | null): Promise<Listener> {
  return openListener({ port, orNextFree: false, host: host ?? undefined }).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    throw new StartError(
      `Port ${port} of the worker cannot be opened (${code}). Set WORKER_PORT to another one.`,
    );
  });
}

/** What a worker answers: whether it lives and takes jobs, whether its database can be used, and its metrics. */
export function answerForWorker({
  isWorking,
  ready,
  metrics,
  metricsToken,
}: WorkerPortDeps): RequestListener {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== "GET" && request.method !== "HEAD")
      return send(response, 405, { error: "Use GET." });
    switch (request.url?.split("?", 1)[0]) {
      case "/healthz":
        // While its database is away the queue is started again by itself: ending the process would not help.
        return send(response, 200, { ok: true, working: isWorking() });
      case "/readyz": {
        const readiness = await ready();
        if (readiness.ok && !isWorking())
          return send(response, 503, { ok: false, reason: "the queue is being started again" });
        return send(response, readiness.ok ? 200 : 503, readiness);
      }
      case "/metrics": {
        if (metricsToken === null) return send(response, 503, { error: "METRICS_TOKEN is not set." });
        const given = readBearerToken(request.headers.authorization ?? null);
        if (given === null || !areSecretsEqual(given, metricsToken)) {
          response.setHeader("WWW-Authenticate", 'Bearer realm="Parity"');
          return send(response, 401, { error: "The token is not METRICS_TOKEN." });
        }
        response.writeHead(200, {
          "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
          "Cache-Control": "no-store",
        });
        response.end(await metrics());
        return;
      }
      default:
        return send(response, 404, { error: "A worker answers /healthz, /readyz and /metrics." });
    }
  };
  return (request, response) =>
    void answer(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else send(response, 500, { error: "Something went wrong." });
    });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify(body));
}
