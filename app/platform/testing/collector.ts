import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { z } from "zod";

const value = z.object({
  stringValue: z.string().optional(),
  intValue: z.union([z.number(), z.string()]).optional(),
});
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  status: z.object({ code: z.number().optional() }).optional(),
  attributes: z.array(z.object({ key: z.string(), value })).default([]),
});
const body = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(z.object({ key: z.string(), value })) }),
      scopeSpans: z.array(z.object({ scope: z.object({ name: z.string() }), spans: z.array(span) })),
    }),
  ),
});

export type ReceivedSpan = z.infer<typeof span> & { scope: string; service: string | undefined };

/** A small OpenTelemetry collector: what was posted to it as OTLP in JSON. While `status` is not 200 it refuses. */
export async function openCollector() {
  const spans: ReceivedSpan[] = [];
  const texts: string[] = [];
  const collector = { status: 200 };
  const server = createServer((request, response) => {
    void text(request).then((posted) => {
      if (request.url === "/v1/traces" && collector.status === 200) {
        texts.push(posted);
        for (const { resource, scopeSpans } of body.parse(JSON.parse(posted)).resourceSpans)
          for (const { scope, spans: sent } of scopeSpans)
            for (const one of sent)
              spans.push({
                ...one,
                scope: scope.name,
                service: resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue,
              });
      }
      response.writeHead(collector.status, { "Content-Type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(collector, {
    /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
    url: `http://127.0.0.1:${port}`,
    spans,
    /** All that was posted, as it came. */
    posted: () => texts.join("\n"),
    close: () => new Promise<unknown>((resolve) => server.close(resolve)),
  });
}

/** What a span says about something. */
export function readAttribute({ attributes }: ReceivedSpan, name: string): string | undefined {
  const found = attributes.find(({ key }) => key === name)?.value;
  return found?.stringValue ?? found?.intValue?.toString();
}
