import { createServer, request } from "node:http";

export type Balancer = {
  url: string;
  /** The ports that get requests from now on, in turns. */
  use(...ports: number[]): void;
  close(): Promise<void>;
};

/** What stands in front of several web processes: requests go to them in turns. */
export async function openBalancer(): Promise<Balancer> {
  let ports: number[] = [];
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    turn += 1;
    const port = ports[turn % Math.max(1, ports.length)];
    const headers = { ...incoming.headers, "x-forwarded-for": "192.0.2.7" };
    const { method, url: path } = incoming;
    const passed = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The balancer has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    use(...next) {
      ports = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
