import { expect, it } from "vitest";
import { readTracesEndpoint } from "../env-fields.server";

it.each([
  [{}, null],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel:4318/" }, "http://otel:4318/v1/traces"],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://otel/x" }, "https://otel/x"],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel:4318", OTEL_SDK_DISABLED: "true" }, null],
])("R295: %j posts traces to %s", (given, endpoint) => {
  expect(readTracesEndpoint(given)).toBe(endpoint);
});
