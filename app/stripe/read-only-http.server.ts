import http from "node:http";
import https from "node:https";
import Stripe from "stripe";

type StripeHttpClient = ReturnType<typeof Stripe.createNodeHttpClient>;

/**
 * The SDK's own HTTP client over kept-alive sockets. It sends nothing but GET, so that reconciling never changes anything
 * in Stripe, whatever the key allows.
 */
export function createReadOnlyHttpClient(protocol: "http" | "https", maxSockets: number): StripeHttpClient {
  const agent =
    protocol === "https"
      ? new https.Agent({ keepAlive: true, maxSockets })
      : new http.Agent({ keepAlive: true, maxSockets });
  const client = Stripe.createNodeHttpClient(agent);
  const send = client.makeRequest.bind(client);
  client.makeRequest = (host, port, path, method, ...rest) => {
    // Rejected, not thrown: the SDK ignores what is thrown here, and the call would hang.
    if (method !== "GET")
      return Promise.reject(new Error(`Parity only reads from Stripe: ${method} ${path} refused`));
    return send(host, port, path, method, ...rest);
  };
  return client;
}
