import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { VERSION } from "~/platform/surroundings/version.server";

export type Listener = {
  server: Server;
  port: number;
  /** Replaces the handler. The first one answers 503 "starting" to everything but the health check. */
  handle: (listener: RequestListener) => void;
};

export type ListenerOptions = {
  /** 0 means any free port. */
  port: number;
  /** Whether to try the next 20 ports when the port is in use. */
  orNextFree: boolean;
  /** The address to listen on; all addresses of this machine when it is not given. */
  host?: string;
  /** For tests of the limits themselves. */
  limits?: Partial<ListenerLimits>;
};

export type ListenerLimits = {
  /** How long a connection may take to send the headers of its next request, from when it is opened. */
  headersMs: number;
  /** How long a request may take to arrive. */
  requestMs: number;
  /** How often both are checked. */
  checkMs: number;
};

/**
 * How many requests may wait for their answers on one connection. Browsers and proxies send one after the other; a thousand in one packet
 * would be taken in one turn, and nothing else meanwhile.
 */
const MOST_AT_ONCE = 10;

const LIMITS: ListenerLimits = { headersMs: 9_000, requestMs: 60_000, checkMs: 1_000 };

/**
 * Opens the port. Done before anything else, so that a port in use is reported at once, and a load balancer gets an answer
 * during the start. Rejects with Node's EADDRINUSE or EACCES.
 */
export async function openListener({ port, orNextFree, host, limits }: ListenerOptions): Promise<Listener> {
  let current: RequestListener = answerStarting;
  const { headersMs, requestMs, checkMs } = { ...LIMITS, ...limits };
  const server = createServer(
    // Neither a silent connection nor a slow body holds a place for long.
    { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkMs },
    limitRequestsAtOnce((request, response) => current(request, response)),
  );
  // Idle connections outlive the 60 s of common proxies.
  server.keepAliveTimeout = 65_000;
  const last = orNextFree && port !== 0 ? port + 20 : port;
  for (let candidate = port; ; candidate++) {
    try {
      await listen(server, candidate, host);
      break;
    } catch (error) {
      if (candidate >= last || !isPortInUse(error)) throw error;
    }
  }
  return {
    server,
    port: (server.address() as AddressInfo).port,
    handle: (listener) => {
      current = listener;
    },
  };
}

/** Ends a connection that sends more requests than it waits for. What arrived with them is left unanswered. */
function limitRequestsAtOnce(handle: RequestListener): RequestListener {
  const waiting = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const count = (waiting.get(socket) ?? 0) + 1;
    if (count > MOST_AT_ONCE) {
      socket.destroy();
      return;
    }
    waiting.set(socket, count);
    response.once("close", () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    handle(request, response);
  };
}

const answerStarting: RequestListener = (request, response) => {
  const isHealthCheck = request.url === "/healthz";
  response.writeHead(isHealthCheck ? 200 : 503, {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    ...(isHealthCheck ? {} : { "Retry-After": "2" }),
  });
  response.end(
    isHealthCheck
      ? JSON.stringify({ ok: true, version: VERSION })
      : '{"error":{"code":"starting","message":"Starting. Try again in a moment."}}',
  );
};

function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function isPortInUse(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
