import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { PageDeps } from "~/sandbox/pages/page-deps";
import { type ControlDeps, handleControl } from "../control/control-endpoint";
import type { OpenEntry } from "../control/request-log";
import { handlePage, isPage } from "../pages/pages";
import { identifySender } from "../pages/sender";
import { handleRequest, type RequestDeps } from "./handle-request";
import { readKeyPrefix } from "./keys";
import { matchRoute } from "./router";
import { sendResponse } from "./send-response";

export interface ServerDeps extends RequestDeps, ControlDeps, PageDeps {
  nextRequestId: () => string;
}

const MAX_BODY_BYTES = 1_000_000;

/** The API and its control endpoint over HTTP. */
export function createApiServer(deps: ServerDeps): Server {
  return createServer((request, response) => {
    serve(deps, request, response).catch(() => response.destroy());
  });
}

async function serve(deps: ServerDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = request.method ?? "GET";
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? "" : url.slice(mark + 1);
  const body = method === "GET" ? "" : await readBody(request);
  const sender = identifySender(request.headers, request.socket.remoteAddress);
  if (path.startsWith("/_sandbox/")) {
    const { status, body: text } =
      sender.local && sender.ownForm
        ? handleControl(deps, { method, path, body })
        : { status: 403, body: `{"error":"The control endpoint only answers this machine"}` };
    response.writeHead(status, { "Content-Type": "application/json" }).end(text);
    return;
  }
  if (isPage(path)) {
    const pageRequest = { method, path, query: new URLSearchParams(query), form: new URLSearchParams(body) };
    deps.account.time.catchUp();
    const page = handlePage(deps, pageRequest, sender);
    response.writeHead(page.status, page.headers).end(page.body);
    return;
  }
  const match = matchRoute(method, path);
  const entry: OpenEntry = {
    method,
    path,
    query,
    endpoint: match?.endpoint ?? "",
    status: null,
    at: Date.now(),
    took: null,
    requestId: deps.nextRequestId(),
    keyPrefix: readKeyPrefix(request.headers.authorization),
  };
  deps.requests.begin(entry);
  let status: number | null = null;
  try {
    const effects = deps.control.faults.take(entry);
    const apiResponse = await handleRequest(deps, {
      method,
      path,
      match,
      form: query !== "" && body !== "" ? `${query}&${body}` : query + body,
      authorization: request.headers.authorization,
      requestId: entry.requestId,
      idempotencyKey: readHeader(request, "idempotency-key"),
      version: readHeader(request, "stripe-version"),
      onAccount: readHeader(request, "stripe-account") ?? readHeader(request, "stripe-context"),
      effects,
    });
    const headers = {
      "Content-Type": "application/json",
      Date: new Date(deps.control.clock.now() * 1000).toUTCString(),
      "Request-Id": entry.requestId,
      "Stripe-Version": readHeader(request, "stripe-version") ?? deps.account.facts.apiVersion,
    };
    status = sendResponse({ response, apiResponse, headers, effects });
  } finally {
    deps.requests.end(entry, status);
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new Error("The body is too long");
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function readHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
