import { createServer } from "node:http";
import type { Product } from "./product";

/**
 * The customers' application on another site: a page with the form that hands a customer over. `close` it afterwards.
 */
export async function openOtherSite(product: Product, token: () => string) {
  const server = createServer((_request, response) => {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="en"><title>The application</title>
      <form method="post" action="${product.url}/workspace/session">
        <input type="hidden" name="token" value="${token()}"><button>Open my workspace</button>
      </form>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    // Another host than the product's `localhost`, and so another site.
    url: `http://127.0.0.1:${address.port}/`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
