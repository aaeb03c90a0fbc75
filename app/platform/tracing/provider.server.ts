import { type Attributes, context, propagation, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type ReadableSpan,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-node";
import type { Log } from "../log.server";
import { maskText } from "../mask.server";
import { VERSION } from "../surroundings/version.server";
import { SCOPE } from "./spans.server";

// Loaded only when tracing is switched on. The SDK itself reads OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME,
// OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER and the limits of batches.

/** What OpenTelemetry answers for spans that were sent. */
const SENT = 0;

/** Makes spans and sends them in batches, until it is closed. */
export function openProvider(
  endpoint: string,
  log: Log,
): { flush: () => Promise<void>; close: () => Promise<void> } {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ "service.name": SCOPE, "service.version": VERSION }))
    .merge(detectResources({ detectors: [envDetector] }));
  const exporter = maskSpans(new OTLPTraceExporter({ url: endpoint }), log);
  const provider = new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
  provider.register();
  return {
    flush: () => provider.forceFlush(),
    async close() {
      await provider.shutdown();
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

/**
 * Sends only spans of our own (packages that we use make spans, too, with whatever they like in them), masked as lines of the
 * log are. A collector that is away is one line of the log, and one when it is back.
 */
function maskSpans(exporter: SpanExporter, log: Log): SpanExporter {
  let isAway = false;
  return {
    export(spans, done) {
      const own = spans
        .filter(({ instrumentationScope }) => instrumentationScope.name === SCOPE)
        .map(maskSpan);
      exporter.export(own, (result) => {
        const failed = result.code !== SENT;
        if (failed && !isAway) log.warn({ err: result.error }, "traces not sent");
        if (!failed && isAway) log.info("traces sent again");
        isAway = failed;
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}

function maskSpan(span: ReadableSpan): ReadableSpan {
  const masked: ReadableSpan = Object.create(span, {
    name: { value: maskText(span.name) },
    attributes: { value: maskAttributes(span.attributes) },
  });
  return masked;
}

const maskAttributes = (attributes: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === "string" ? maskText(value) : value,
    ]),
  );
