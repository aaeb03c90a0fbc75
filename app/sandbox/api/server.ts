import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { answerControl, type ControlParts } from "../control/control-endpoint";
import type { OpenEntry } from "../control/request-log";
import type { PageParts } from "../pages/page-parts";
import { answerPage, isPage } from "../pages/pages";
import { senderOf } from "../pages/sender";
import { type AnswerParts, answerTo } from "./answer";
import { keyPrefix } from "./keys";
import { matchRoute } from "./router";
import { sendAnswer } from "./send";

export interface ServerParts extends AnswerParts, ControlParts, PageParts {
  nextRequestId: () => string;
}

const MAX_BODY_BYTES = 1_000_000;

/** The API and its control endpoint over HTTP. */
export function createApiServer(parts: ServerParts): Server {
  return createServer((request, response) => {
    serve(parts, request, response).catch(() => response.destroy());
  });
}

async function serve(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = request.method ?? "GET";
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? "" : url.slice(mark + 1);
  const body = method === "GET" ? "" : await bodyOf(request);
  const sender = senderOf(request.headers, request.socket.remoteAddress);
  if (path.startsWith("/_sandbox/")) {
    const { status, body: text } =
      sender.local && sender.ownForm
        ? answerControl(parts, { method, path, body })
        : { status: 403, body: `{"error":"The control endpoint answers this machine only"}` };
    response.writeHead(status, { "Content-Type": "application/json" }).end(text);
    return;
  }
  if (isPage(path)) {
    const asked = { method, path, query: new URLSearchParams(query), form: new URLSearchParams(body) };
    const page = answerPage(parts, asked, sender);
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
    requestId: parts.nextRequestId(),
    keyPrefix: keyPrefix(request.headers.authorization),
  };
  parts.requests.begin(entry);
  let status: number | null = null;
  try {
    const effects = parts.control.faults.take(entry);
    const answer = await answerTo(parts, {
      method,
      path,
      match,
      form: query !== "" && body !== "" ? `${query}&${body}` : query + body,
      authorization: request.headers.authorization,
      requestId: entry.requestId,
      idempotencyKey: headerOf(request, "idempotency-key"),
      effects,
    });
    const headers = {
      "Content-Type": "application/json",
      Date: new Date(parts.control.clock.now() * 1000).toUTCString(),
      "Request-Id": entry.requestId,
      "Stripe-Version": headerOf(request, "stripe-version") ?? parts.account.facts.apiVersion,
    };
    status = sendAnswer({ response, answer, headers, effects });
  } finally {
    parts.requests.end(entry, status);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
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

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
