import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { createDemo, type Demo, PRODUCTION_KEY } from "~/cli/testing/cli";
import { CLOCK_JOB } from "~/engine/runs/clock-jobs.server";
import { CONTINUE_JOB } from "~/engine/runs/run-jobs.server";
import { listMigrations } from "~/platform/migrations/migrate.server";
import { ROOT } from "~/platform/root.server";
import { VERSION } from "~/platform/surroundings/version.server";
import { waitForBuild } from "~/platform/testing/built";
import { openCollector } from "~/platform/testing/collector";

// The programs as the build has made them, started as a supervisor starts them: node build/parity/….js.

const TIMEOUT_MS = 120_000;

let demo: Demo;
let collector: Awaited<ReturnType<typeof openCollector>>;
let environment: Record<string, string>;
beforeAll(async () => {
  await waitForBuild();
  [demo, collector] = await Promise.all([createDemo(), openCollector()]);
  environment = {
    ...{ STRIPE_SECRET_KEY: PRODUCTION_KEY, STRIPE_API_BASE: demo.sandboxUrl, DATABASE_URL: demo.url },
    ...{ APP_SECRET: "4f1a8c0be27d93651f0a7c4d8b2e6935", APP_URL: "https://parity.example.com" },
  };
});
afterAll(async () => {
  await demo?.close();
  await collector?.close();
});

function start(program: string, args: readonly string[] = [], more: Record<string, string> = {}) {
  const file = path.join(ROOT, "build/parity", `${program}.js`);
  const { PATH, HOME } = process.env;
  const env = { NODE_ENV: "production" as const, PATH, HOME, ...environment, ...more };
  // Neither input nor output is a terminal.
  const child = spawn(process.execPath, [file, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk: Buffer) => {
      said[name] += chunk.toString();
    });
  const ended = once(child, "close").then(([code]) => ({ code, ...said }));
  return { child, ended };
}

it("a worker that is stopped in the middle of a run leaves no lease and no locked job, and the next one goes on by itself; both send traces (R295, R296)", {
  timeout: TIMEOUT_MS,
}, async () => {
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const { control } = demo.sandbox;
  control.addFault({ effect: { type: "hang" }, match: { path: "/v1/subscriptions" } });
  await demo.db
    .$executeRaw`SELECT parity.add_job(${CLOCK_JOB}, job_key => ${CLOCK_JOB}, max_attempts => 3)::text`;
  const first = start("worker", [], traced);
  await control.held.waitForCount(1);
  first.child.kill("SIGTERM");
  expect((await first.ended).code).toBe(0);
  const run = await demo.db.run.findFirstOrThrow({ where: { state: "running" } });
  expect(run.leaseUntil).toBeNull();
  expect(
    await demo.db.$queryRaw`SELECT task_identifier, locked_at FROM parity.jobs ORDER BY 1`,
  ).toMatchObject([{ task_identifier: CONTINUE_JOB, locked_at: null }]);
  control.clearFaults();
  control.held.release();

  // No call of a scheduler, and no stroke of the clock.
  const next = start("worker", [], traced);
  const state = async () => (await demo.db.run.findUnique({ where: { id: run.id } }))?.state;
  await expect.poll(state).toBe("done");
  expect(await demo.db.workerProcess.count()).toBe(1);
  next.child.kill("SIGTERM");
  const { code, stdout } = await next.ended;
  expect(code).toBe(0);
  expect(await demo.db.$queryRaw`SELECT key FROM parity.jobs`).toEqual([]);
  expect(await demo.db.workerProcess.count()).toBe(0);
  const lines = stdout.trim().split("\n");
  const logged = lines.map((line) => z.object({ msg: z.string() }).loose().parse(JSON.parse(line)));
  expect(logged.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(["worker started", "shutting down", "stopped"]),
  );
  expect(logged.find(({ msg }) => msg === "worker started")).toMatchObject({
    version: VERSION,
    schema: (await listMigrations()).at(-1),
    account: expect.stringMatching(/^acct_/),
    writeMode: expect.any(String),
    mapping: { source: "own tables" },
  });
  expect(collector.spans.map(({ name }) => name)).toEqual(
    expect.arrayContaining([`job ${CLOCK_JOB}`, "job continue_run", "run", "phase observe"]),
  );
});

it("the command line without a terminal: JSON alone on standard output, no colours, and its own exit code", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { code, stdout, stderr } = await start("cli", ["sync", "--all", "--json"]).ended;
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ run: { state: "done", mode: "preview" } });
  expect(`${stdout}${stderr}`).not.toContain("\u001b");
  const text = await start("cli", ["activity"]).ended;
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).not.toContain("\u001b");
});

it("the command line whose reader has gone, as in `… | head -1`, ends with its own exit code and says nothing of it", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { child, ended } = start("cli", ["status", "--json"]);
  child.stdout.destroy();
  expect(await ended).toMatchObject({ code: 3, stderr: "" });
});
