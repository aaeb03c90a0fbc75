import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { VERSION } from "../surroundings/version.server";

/** The name under which Parity's own spans are made. Only these are sent. */
export const SCOPE = "parity";

export type SpanOptions = {
  name: string;
  /** `client`: a request to another service; `server`: one that is answered here. */
  kind?: "internal" | "client" | "server" | "consumer";
  /** No address, key or text of a person: ids and counts. What looks like one is masked before it is sent. */
  attributes?: Attributes;
};

const KINDS = {
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
  consumer: SpanKind.CONSUMER,
} as const;

/**
 * Does `work` within a span; what it calls makes spans below it. Without tracing this costs next to nothing. When `work`
 * throws, the span says the name of the error and no more, because messages may quote what must not leave the process.
 */
export async function withSpan<T>(options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const { name, kind = "internal", attributes } = options;
  // Asked for each time: a tracer that is kept would stay bound to a provider that has been closed.
  const tracer = trace.getTracer(SCOPE, VERSION);
  return tracer.startActiveSpan(name, { kind: KINDS[kind], attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      failSpan(span, error instanceof Error ? error.name : typeof error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Marks a span as failed; `type` is a word of ours or the name of an error. */
export function failSpan(span: Span, type: string): void {
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The trace in which this code runs, for the lines of the log; null without tracing. */
export function findTraceId(): string | null {
  return trace.getActiveSpan()?.spanContext().traceId ?? null;
}
