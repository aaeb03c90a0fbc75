import type { IncomingMessage, ServerResponse } from "node:http";
import { context, propagation, SpanKind, trace } from "@opentelemetry/api";
import { VERSION } from "../surroundings/version.server";
import { failSpan, SCOPE } from "./spans.server";

export type RequestFacts = { kind: string; path: string; requestId: string };

/**
 * Answers a request within a span that ends with the answer. A caller's own trace (header `traceparent`) goes on in it. What
 * is done behind the answer still belongs to this trace.
 */
export function traceRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { kind, path, requestId }: RequestFacts,
  answer: () => void,
): void {
  const method = request.method ?? "GET";
  const caller = propagation.extract(context.active(), request.headers);
  const span = trace.getTracer(SCOPE, VERSION).startSpan(
    `${method} ${kind}`,
    {
      kind: SpanKind.SERVER,
      attributes: { "http.request.method": method, "url.path": path, "parity.request_id": requestId },
    },
    caller,
  );
  response.once("close", () => {
    span.setAttribute("http.response.status_code", response.statusCode);
    if (response.statusCode >= 500) failSpan(span, String(response.statusCode));
    else if (!response.writableFinished) failSpan(span, "aborted");
    span.end();
  });
  context.with(trace.setSpan(caller, span), answer);
}
