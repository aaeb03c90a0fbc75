import { createServer } from "node:http";
import { onTestFinished } from "vitest";

type Listed = { data: Record<string, unknown>[] };

/** A proxy to the sandbox that rewrites its lists, for answers that the sandbox never gives. Its address. */
export async function rewriteLists(
  stripeUrl: string,
  rewrite: (path: string, list: Listed) => unknown,
): Promise<string> {
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const headers = { authorization: request.headers.authorization ?? "" };
    void fetch(`${stripeUrl}${path}`, { headers }).then(
      async (answer) => {
        const body = (await answer.json()) as Listed;
        const changed = Array.isArray(body.data) ? rewrite(path, body) : body;
        response.writeHead(answer.status, {
          "Content-Type": "application/json",
          "Request-Id": "req_rewritten",
        });
        response.end(JSON.stringify(changed));
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return `http://127.0.0.1:${address.port}`;
}
