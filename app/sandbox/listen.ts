import { once, setMaxListeners } from "node:events";
import { createApiServer, type ServerDeps } from "./api/server";

export interface Listening {
  /** `http://127.0.0.1:12345` */
  url: string;
  port: number;
  /** Closes open connections and stops listening. */
  close(): Promise<void>;
}

export type ServerSetup = Omit<ServerDeps, "stopped">;

/** Starts the server; rejects when the port is taken. */
export async function listen(
  setup: ServerSetup,
  { port, host }: { port: number; host: string },
): Promise<Listening> {
  const stopping = new AbortController();
  // Every delayed response listens to this signal, and there may be many at once.
  setMaxListeners(0, stopping.signal);
  const server = createApiServer({ ...setup, stopped: stopping.signal });
  server.keepAliveTimeout = 60_000;
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The sandbox listens nowhere");
  return {
    url: `http://${host}:${address.port}`,
    port: address.port,
    async close() {
      stopping.abort();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
