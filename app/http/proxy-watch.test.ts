import { expect, it } from "vitest";
import { createLog } from "~/platform/log.server";
import { createProxyWatch } from "./proxy-watch.server";

/** The warnings after requests with these headers, each sent twice. */
function listWarnings(isConfigured: boolean, ...requests: Record<string, string>[]): string[] {
  const lines: string[] = [];
  const log = createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } });
  const watch = createProxyWatch(isConfigured, log);
  for (const headers of [...requests, ...requests]) watch(headers);
  return lines;
}

it.each(["x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip", "fly-client-ip"])(
  "S6: a proxy that is not configured is said once: %s",
  (name) => {
    expect(listWarnings(false, {}, { [name]: "203.0.113.9" })).toEqual([
      expect.stringMatching(/"level":"warn".*TRUSTED_PROXIES is not set/),
    ]);
  },
);

it("S6: a proxy that is trusted, and says whose request it is where nothing reads it, is said once", () => {
  const both = { "x-forwarded-for": "203.0.113.9", "x-real-ip": "203.0.113.9" };
  expect(listWarnings(true, {}, both)).toEqual([]);
  expect(listWarnings(true, both, { "x-real-ip": "203.0.113.9" })).toEqual([
    expect.stringMatching(/"level":"warn".*sends no X-Forwarded-For/),
  ]);
});

it("S6: callers without a proxy are no reason to warn", () => {
  expect(listWarnings(false, {}, { host: "parity.test" })).toEqual([]);
});
