import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export type Listener = {
  server: Server;
  port: number;
  /** Replaces what answers; until then everything is told that we are starting. */
  handle: (listener: RequestListener) => void;
};

export type ListenerOptions = {
  /** 0 takes any free one. */
  port: number;
  /** Whether a port that is taken means "the next one", up to 20 further on. */
  orNextFree: boolean;
};

/**
 * Opens the port before anything else is done, so that a port that is taken is known at once, and the load balancer
 * hears "starting" instead of nothing. Rejects with node's EADDRINUSE or EACCES.
 */
export async function openListener({ port, orNextFree }: ListenerOptions): Promise<Listener> {
  let current: RequestListener = starting;
  const server = createServer((request, response) => current(request, response));
  // A body that trickles in must not hold a connection for ever; the proxy's idle connections outlive 60 s.
  server.requestTimeout = 60_000;
  server.headersTimeout = 20_000;
  server.keepAliveTimeout = 65_000;
  const last = orNextFree && port !== 0 ? port + 20 : port;
  for (let candidate = port; ; candidate++) {
    try {
      await listen(server, candidate);
      break;
    } catch (error) {
      if (candidate >= last || !isTaken(error)) throw error;
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

const starting: RequestListener = (request, response) => {
  const alive = request.url === "/healthz";
  response.writeHead(alive ? 200 : 503, {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    ...(alive ? {} : { "Retry-After": "2" }),
  });
  response.end(
    alive ? '{"ok":true}' : '{"error":{"code":"starting","message":"Starting. Try again in a moment."}}',
  );
};

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
