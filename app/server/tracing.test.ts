import { trace } from "@opentelemetry/api";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addPayingUser, createWorld, type World } from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";
import { openCollector, type ReceivedSpan, readAttribute } from "~/platform/testing/collector";
import { startTracing, type Tracing } from "~/platform/tracing/start-tracing.server";
import { CRON_SECRET, type LiveServer, startLiveServer } from "./testing/live-server";
import { readSourceBuild } from "./testing/source-build";

// Traces as an OpenTelemetry collector receives them (R295): the whole web server, over HTTP, on PostgreSQL and the sandbox.

let world: World;
let server: LiveServer;
let collector: Awaited<ReturnType<typeof openCollector>>;
let tracing: Tracing;
const lines: string[] = [];
beforeAll(async () => {
  collector = await openCollector();
  const log = createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } });
  const started = await startTracing(`${collector.url}/v1/traces`, log);
  if (!started) throw new Error("Tracing is not on");
  tracing = started;
  world = await createWorld();
  server = await startLiveServer(world, await readSourceBuild());
  await addPayingUser(world, "ada");
});
afterAll(async () => {
  await server?.close();
  await world?.close();
  await tracing?.close();
  await collector?.close();
});

const callCron = (headers: Record<string, string> = {}, path = "/api/cron/sync-payments") =>
  server.send("GET", path, { headers: { Authorization: `Bearer ${CRON_SECRET}`, ...headers } });

function find(name: string): ReceivedSpan {
  const found = collector.spans.find((span) => span.name === name);
  if (!found)
    throw new Error(`No span ${name} among: ${collector.spans.map((span) => span.name).join(", ")}`);
  return found;
}

it("R295: a scheduler's call is one trace: the request, its run, the phases of the run, and each request to Stripe", async () => {
  const caller = "0af7651916cd43dd8448eb211c80319c";
  const answer = await callCron({ traceparent: `00-${caller}-b7ad6b7169203331-01` });
  expect(JSON.parse(answer.body)).toMatchObject({ success: true, syncedCount: 1 });
  await tracing.flush();

  const request = find("GET api_cron");
  expect(readAttribute(request, "http.response.status_code")).toBe("200");
  expect(readAttribute(request, "parity.request_id")).toBe(answer.headers["x-request-id"]);
  const run = find("run");
  expect(readAttribute(run, "parity.run.id")).toBe(JSON.parse(answer.body).runId);
  expect(run.parentSpanId).toBe(request.spanId);
  for (const phase of ["observe", "divide", "evaluate"])
    expect(find(`phase ${phase}`).parentSpanId, phase).toBe(run.spanId);
  const list = find("Stripe GET /v1/subscriptions");
  expect(list.parentSpanId).toBe(find("phase observe").spanId);
  expect(readAttribute(list, "http.response.status_code")).toBe("200");
  expect(readAttribute(list, "parity.stripe.request_id")).toMatch(/^req_/);
  // The caller's own trace goes on.
  expect(new Set([request, run, list].map(({ traceId }) => traceId))).toEqual(new Set([caller]));
  expect(request.service).toBe("parity");
  // Its lines in the log name the trace.
  const finished = server.lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === "run finished");
  expect(finished).toMatchObject({ traceId: caller });
});

it("R295: what Stripe refuses is a failed span, with the reason and not with Stripe's text", async () => {
  collector.spans.length = 0;
  world.sandbox.control.addFault({ effect: { type: "invalid_key" } });
  const synced = await server.parity.syncUser({ userId: "ada", actor: { kind: "staff", id: "tester" } });
  world.sandbox.control.clearFaults();
  await tracing.flush();
  expect(synced).not.toMatchObject({ ok: true });
  const refused = collector.spans.filter(({ name }) => name.startsWith("Stripe GET"));
  expect(refused.map((span) => readAttribute(span, "error.type"))).toContain("unauthorized");
  expect(refused.map(({ status }) => status?.code)).toContain(2);
  expect(collector.posted()).not.toContain("Invalid API Key");
});

it("R295: no address, key or token leaves in a span, and no span of a package", async () => {
  const path = "/users/ada%40example.com?q=ada%40example.com";
  await server.send("GET", path, { headers: { Authorization: "Bearer abcdefghijklmnop" } });
  await server.signIn("lead@example.com", "operator");
  await tracing.flush();
  const posted = collector.posted();
  expect(posted).not.toMatch(/@example|%40example|Bearer|sk_test_|whsec_/);
  expect(posted).not.toContain(CRON_SECRET);
  expect(new Set(collector.spans.map(({ scope }) => scope))).toEqual(new Set(["parity"]));
  expect(collector.spans.map((span) => readAttribute(span, "url.path"))).toContain("/users/[email]");
});

it("R295: a question about health makes no span", async () => {
  await server.send("GET", "/healthz");
  await tracing.flush();
  expect(collector.spans.map((span) => readAttribute(span, "url.path"))).not.toContain("/healthz");
});

it("R295: a collector that is away is one line of the log, delays nothing, and is told again when it is back", async () => {
  collector.status = 400;
  for (let call = 0; call < 2; call += 1) {
    expect((await callCron()).status).toBe(200);
    await tracing.flush();
  }
  collector.status = 200;
  await callCron();
  await tracing.flush();
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["traces not sent", "traces sent again"]);
});

it("R295: switched off, nothing is made", async () => {
  expect(await startTracing(null, createLog({ level: "silent" }))).toBeNull();
  await tracing.close();
  const before = collector.spans.length;
  expect((await callCron()).status).toBe(200);
  expect(trace.getActiveSpan()).toBeUndefined();
  expect(collector.spans).toHaveLength(before);
});
