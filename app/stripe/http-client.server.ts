import http from "node:http";
import https from "node:https";
import Stripe from "stripe";

type StripeHttpClient = ReturnType<typeof Stripe.createNodeHttpClient>;
type HttpResponse = Awaited<ReturnType<StripeHttpClient["makeRequest"]>>;

export type ClientOptions = {
  key: string;
  /** Another origin than Stripe's; null for Stripe. */
  apiBase: string | null;
  /** It sends nothing but GET. */
  readOnly: boolean;
  maxSockets: number;
};

/** The version of Stripe's API that requests name and our parsers read. */
export const API_VERSION: string = Stripe.API_VERSION;

/**
 * The SDK, bound to one key and one origin. It asks for the API version of the SDK, whatever the key's own version is: our
 * parsers read that one.
 */
export function createStripeClient({ key, apiBase, readOnly, maxSockets }: ClientOptions): Stripe {
  const base = apiBase === null ? null : new URL(apiBase);
  const protocol = base?.protocol === "http:" ? "http" : "https";
  return new Stripe(key, {
    apiVersion: Stripe.API_VERSION,
    httpClient: (readOnly ? createReadOnlyHttpClient : createHttpClient)(protocol, maxSockets),
    // The sender retries: each attempt waits for the limiter and has its own version.
    maxNetworkRetries: 0,
    telemetry: false,
    ...(base && { host: base.hostname, port: base.port || (protocol === "http" ? 80 : 443), protocol }),
  });
}

/** The SDK's own HTTP client over kept-alive sockets. It never takes an answer of a proxy for one of Stripe's. */
function createHttpClient(protocol: "http" | "https", maxSockets: number): StripeHttpClient {
  const agent =
    protocol === "https"
      ? new https.Agent({ keepAlive: true, maxSockets })
      : new http.Agent({ keepAlive: true, maxSockets });
  const client = Stripe.createNodeHttpClient(agent);
  const send = client.makeRequest.bind(client);
  client.makeRequest = async (...request) => readStrictly(await send(...request));
  return client;
}

/**
 * The same, and it sends nothing but GET, so that reconciling never changes anything in Stripe, whatever the key allows.
 */
export function createReadOnlyHttpClient(protocol: "http" | "https", maxSockets: number): StripeHttpClient {
  const client = createHttpClient(protocol, maxSockets);
  const send = client.makeRequest.bind(client);
  client.makeRequest = (host, port, path, method, ...rest) => {
    // Rejected, not thrown: the SDK ignores what is thrown here, and the call would hang.
    if (method !== "GET")
      return Promise.reject(new Error(`Parity only reads from Stripe: ${method} ${path} refused`));
    return send(host, port, path, method, ...rest);
  };
  return client;
}

/**
 * The SDK takes any JSON without a member `error` for success, whatever the status. A redirect, and the maintenance page of
 * a proxy, are no answers; and a body that is no object would be taken for a bug of ours.
 */
function readStrictly(response: HttpResponse): HttpResponse {
  const read = response.toJSON.bind(response);
  const status = response.getStatusCode();
  response.toJSON = async () => {
    const body: unknown = await read().catch((error: unknown) => {
      // A body in full that is not JSON; anything else is a failed connection.
      if (status >= 300 && error instanceof SyntaxError) return {};
      throw error;
    });
    const isObject = isRecord(body);
    if (isObject && status < 300) clearOddDecimals(body);
    if (isObject && (status < 300 || "error" in body)) return body;
    if (status < 300) throw new SyntaxError("The body is no JSON object");
    return { error: { type: "api_error", message: `HTTP status ${status} without an error of Stripe’s` } };
  };
  return response;
}

const DECIMAL = /^-?\d{1,40}(\.\d{1,40})?$/;

/**
 * Takes out each decimal number that is none. The SDK throws an error of no class of its own for one, and so one price would stop
 * the whole list that it is in, and with it every run.
 */
function clearOddDecimals(value: Record<string, unknown>): void {
  // Each answer is walked through: a list of entries for each object would take as long as reading its JSON.
  for (const key in value) {
    const inner = value[key];
    if (isRecord(inner)) clearOddDecimals(inner);
    else if (typeof inner === "string" && key.endsWith("_decimal") && !DECIMAL.test(inner)) value[key] = null;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
