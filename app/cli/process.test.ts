import { createServer } from "node:http";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { announce } from "~/demo/announcement.server";
import { DEMO_USERS } from "~/demo/seed-demo";
import { openCollector } from "~/platform/testing/collector";
import { alterDatabase, createEmptyDatabase } from "~/platform/testing/database";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";
import { createDemo, type Demo, PRODUCTION_KEY, runProcess, startProcess } from "./testing/cli";

// The real process.

// Beside other work such a process takes many times as long as alone.
const TIMEOUT_MS = 360_000;

const PRODUCTION = {
  STRIPE_SECRET_KEY: PRODUCTION_KEY,
  APP_SECRET: "4f1a8c0be27d93651f0a7c4d8b2e6935",
  APP_URL: "https://parity.example.com",
};

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function testFolder(): Promise<string> {
  const folder = await makeTestFolder();
  closers.push(() => removeTestFolder(folder));
  return folder;
}

const parity = (argv: readonly string[], environment: Record<string, string>) =>
  runProcess(["app/cli/parity.ts", ...argv], environment);

/** The demo's database and sandbox, which take the place of production. */
let demo: Demo;
beforeAll(async () => {
  demo = await createDemo();
});
afterAll(() => demo.close());

describe("npm run parity", () => {
  it("starts the demo by itself, keeps its data, and stops what it started", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const environment = { PARITY_DEMO: "1", PARITY_DATA_DIR: path.join(await testFolder(), "data") };
    const [someone] = DEMO_USERS;

    const first = await parity(["status", "--json"], environment);

    expect(first).toMatchObject({ code: 3 });
    expect(JSON.parse(first.stdout)).toMatchObject({ users: DEMO_USERS.length, mode: "sandbox" });
    expect(JSON.parse(first.stdout).lastFullRun).not.toBeNull();
    const synced = await parity(["sync", someone?.email ?? ""], environment);
    expect(synced).toMatchObject({ code: 0, stderr: "" });
    expect(synced.stdout).toMatch(/^Synced\./);
  });

  it("uses the demo that is already running", { timeout: TIMEOUT_MS }, async () => {
    const dataDirectory = await testFolder();
    const health = createServer((_request, response) => response.end("ok"));
    await new Promise<void>((resolve) => health.listen(0, "127.0.0.1", resolve));
    closers.push(() => new Promise((resolve) => health.close(resolve)));
    const address = health.address();
    const port = typeof address === "object" ? address?.port : null;
    announce(dataDirectory, {
      pid: process.pid,
      url: `http://127.0.0.1:${port}`,
      email: "admin@example.com",
      password: "not needed here",
      sandboxUrl: demo.sandboxUrl,
      cronSecret: "not needed here",
      databaseUrl: demo.url,
    });
    const [, someone] = DEMO_USERS;

    const synced = await parity(["sync", someone?.userId ?? ""], {
      PARITY_DEMO: "1",
      PARITY_DATA_DIR: dataDirectory,
    });

    expect(synced).toMatchObject({ code: 0, stderr: "" });
    expect(await demo.db.change.count({ where: { userId: someone?.userId } })).toBe(1);
  });

  it("uses the database and the Stripe account of the environment in production, and sends traces where it says (R295)", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const collector = await openCollector();
    closers.push(collector.close);
    const ran = await parity(["sync", "--all", "--apply", "--json"], {
      ...PRODUCTION,
      DATABASE_URL: demo.url,
      STRIPE_API_BASE: demo.sandboxUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_SERVICE_NAME: "billing",
    });
    // On a slow machine it says how far it is.
    expect(ran).toMatchObject({ code: 3, stderr: expect.not.stringMatching(/error/i) });
    expect(JSON.parse(ran.stdout).run).toMatchObject({ state: "done", total: DEMO_USERS.length, failed: 0 });
    expect(demo.sandbox.requests.list().every(({ method }) => method === "GET")).toBe(true);
    const { spans } = collector;
    expect(spans.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["run", "phase evaluate", "Stripe GET /v1/subscriptions"]),
    );
    expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(["billing"]));
    expect(collector.posted()).not.toContain(PRODUCTION_KEY);
  });

  it("hands its run over on SIGTERM, so that the next command goes on at once (case 33)", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const environment = { ...PRODUCTION, DATABASE_URL: demo.url, STRIPE_API_BASE: demo.sandboxUrl };
    const fault = demo.sandbox.control.addFault({
      effect: { type: "hang" },
      match: { path: "/v1/subscriptions" },
    });
    const command = ["app/cli/parity.ts", "sync", "--all", "--apply"] as const;
    const first = await startProcess(command, environment);
    await demo.sandbox.control.held.waitForCount(1);
    first.kill("SIGTERM");
    const interrupted = await first.ended;
    expect(interrupted).toMatchObject({ code: 1, stdout: "" });
    expect(interrupted.stderr).toContain("Repeat the same command to continue.");
    const [run] = await demo.db.run.findMany({ where: { state: "running" } });
    expect(run?.leaseUntil).toBeNull();

    demo.sandbox.control.clearFaults(fault);
    demo.sandbox.control.held.release();
    const again = await runProcess(command, environment);
    expect(again).toMatchObject({ code: 3 });
    expect(await demo.db.run.findUnique({ where: { id: run?.id ?? "" } })).toMatchObject({ state: "done" });
  });

  it("R404: ends within seconds of SIGTERM, also while Stripe does not answer, and says that it did", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const environment = { ...PRODUCTION, DATABASE_URL: demo.url, STRIPE_API_BASE: demo.sandboxUrl };
    const fault = demo.sandbox.control.addFault({ effect: { type: "hang" } });
    const before = await demo.db.change.count();
    const command = await startProcess(
      ["app/cli/parity.ts", "sync", DEMO_USERS[0]?.email ?? ""],
      environment,
    );
    await demo.sandbox.control.held.waitForCount(1);
    command.kill("SIGTERM");
    expect(await command.ended).toMatchObject({
      ...{ code: 143, stdout: "" },
      stderr: expect.stringMatching(/Stopping.*\n.*Stopped before it had ended.*Repeat the command\.\n$/),
    });
    demo.sandbox.control.clearFaults(fault);
    demo.sandbox.control.held.release();
    expect(await demo.db.change.count()).toBe(before);
  });

  it("R401: names a query that the database stopped, in words and without a stack", {
    timeout: TIMEOUT_MS,
  }, async () => {
    await alterDatabase(demo, "SET statement_timeout = 3000");
    const holder = new pg.Client({ connectionString: demo.url });
    await holder.connect();
    closers.push(() => alterDatabase(demo, "RESET statement_timeout"));
    holder.on("error", () => {});
    await holder.query(`SET statement_timeout = 0; BEGIN; LOCK TABLE app."User" IN ACCESS EXCLUSIVE MODE`);
    const environment = { ...PRODUCTION, DATABASE_URL: demo.url, STRIPE_API_BASE: demo.sandboxUrl };
    const ran = await parity(["explain", DEMO_USERS[0]?.email ?? ""], environment);
    await holder.end();
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(
      /^The database stopped a query that took too long.*\nWhat was committed is kept\..*\n$/,
    );
  });

  it("reports a schema that is out of date in production, and the command that updates it", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const empty = await createEmptyDatabase();
    closers.push(empty.drop);
    const ran = await parity(["status"], {
      DATABASE_URL: empty.url,
      ...PRODUCTION,
    });
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(
      /^The database is behind by \d+ migrations \(.*\)\.\nRun: npm run db:migrate\n$/,
    );
  });

  it("names the wrong variables of the environment, and never a value", { timeout: TIMEOUT_MS }, async () => {
    const environment = { DATABASE_URL: "postgres://u:secret@localhost/x" };
    const ran = await parity(["status"], environment);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("STRIPE_SECRET_KEY: is required together with DATABASE_URL");
    expect(ran.stderr).not.toContain("secret@");
  });

  it("reports in one line that the database does not answer", { timeout: TIMEOUT_MS }, async () => {
    const ran = await parity(["status"], {
      DATABASE_URL: "postgres://unknown:secret@127.0.0.1:1/none",
      ...PRODUCTION,
    });
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(
      /^Cannot use the database of DATABASE_URL: The database cannot be reached\. .*ECONNREFUSED.*\n$/,
    );
  });
});
