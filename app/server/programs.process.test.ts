import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { createDemo, PRODUCTION_KEY, runProcess, startProcess } from "~/cli/testing/cli";
import { CLOCK_JOB } from "~/engine/runs/clock-jobs.server";
import { CONTINUE_JOB } from "~/engine/runs/run-jobs.server";
import { listMigrations } from "~/platform/migrations/migrate.server";
import { VERSION } from "~/platform/surroundings/version.server";
import { createEmptyDatabase } from "~/platform/testing/database";
import { findProgram } from "~/platform/testing/desk";

// The real programs, on ground that is not as it should be.

// Beside other work such a process takes many times as long as alone.
const TIMEOUT_MS = 360_000;
const NOWHERE = "postgres://unknown:secret@127.0.0.1:1/none";
const PRODUCTION = {
  STRIPE_SECRET_KEY: PRODUCTION_KEY,
  APP_SECRET: "4f1a8c0be27d93651f0a7c4d8b2e6935",
  APP_URL: "https://parity.example.com",
};

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe("the worker", () => {
  it("says, as the web process does, that the database is behind (case 38)", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const empty = await createEmptyDatabase();
    closers.push(empty.drop);
    const ran = await runProcess(["app/server/work.ts"], { ...PRODUCTION, DATABASE_URL: empty.url });
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(/^The database is behind by \d+ migrations .*\nRun: npm run db:migrate\n$/);
  });

  it("says that the database is away, and not that this is a bug (case 38)", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const ran = await runProcess(["app/server/work.ts"], { ...PRODUCTION, DATABASE_URL: NOWHERE });
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(/^Cannot use the database of DATABASE_URL: The database cannot be reached\./);
    expect(ran.stderr).not.toContain("secret");
    expect(ran.stderr).not.toContain("    at ");
  });

  it("takes its leave on SIGTERM: nothing stays locked, and the log says so", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const demo = await createDemo();
    closers.push(demo.close);
    const worker = await startProcess(["app/server/work.ts"], {
      ...PRODUCTION,
      DATABASE_URL: demo.url,
      STRIPE_API_BASE: demo.sandboxUrl,
    });
    await expect.poll(worker.printed).toContain("worker started");
    expect(await demo.db.workerProcess.count()).toBe(1);
    worker.kill("SIGTERM");
    const { code, stdout } = await worker.ended;
    expect(code).toBe(0);
    const said = stdout.trim().split("\n");
    const lines = said.map((line) => JSON.parse(line));
    expect(lines.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(["worker started", "shutting down", "stopped"]),
    );
    expect(lines.find(({ msg }) => msg === "worker started")).toMatchObject({
      version: VERSION,
      schema: (await listMigrations()).at(-1),
      account: expect.stringMatching(/^acct_/),
      writeMode: expect.any(String),
      mapping: { source: "own tables" },
    });
    expect(await demo.db.workerProcess.count()).toBe(0);
  });
});

it("a worker that is stopped in the middle of a run leaves no lease and no locked job, and the next one goes on by itself (R296)", {
  timeout: TIMEOUT_MS,
}, async () => {
  const demo = await createDemo();
  closers.push(demo.close);
  const { control } = demo.sandbox;
  const environment = { ...PRODUCTION, DATABASE_URL: demo.url, STRIPE_API_BASE: demo.sandboxUrl };
  control.addFault({ effect: { type: "hang" }, match: { path: "/v1/subscriptions" } });
  await demo.db
    .$executeRaw`SELECT parity.add_job(${CLOCK_JOB}, job_key => ${CLOCK_JOB}, max_attempts => 3)::text`;
  const first = await startProcess(["app/server/work.ts"], environment);
  await control.held.waitForCount(1);
  first.kill("SIGTERM");
  expect((await first.ended).code).toBe(0);

  const [run] = await demo.db.run.findMany({ where: { state: "running" } });
  expect(run?.leaseUntil).toBeNull();
  expect(
    await demo.db.$queryRaw`SELECT task_identifier, locked_at FROM parity.jobs ORDER BY 1`,
  ).toMatchObject([{ task_identifier: CONTINUE_JOB, locked_at: null }]);

  control.clearFaults();
  control.held.release();
  // No call of a scheduler, and no stroke of the clock.
  const next = await startProcess(["app/server/work.ts"], environment);
  const state = async () => (await demo.db.run.findUnique({ where: { id: run?.id ?? "" } }))?.state;
  await expect.poll(state).toBe("done");
  next.kill("SIGTERM");
  expect((await next.ended).code).toBe(0);
  expect(await demo.db.$queryRaw`SELECT key FROM parity.jobs`).toEqual([]);
});

describe("with the whole environment lost", () => {
  it.each<[string, Parameters<typeof runProcess>[0], number]>([
    ["the server", ["app/server/start.ts"], 2],
    ["the worker", ["app/server/work.ts"], 2],
    ["the migrations", ["app/server/migrate.ts"], 2],
    ["the command line", ["app/cli/parity.ts", "status"], 1],
  ])("%s refuses to become the demo (case 31)", { timeout: TIMEOUT_MS }, async (_, argv, code) => {
    const ran = await runProcess(argv, {});
    expect(ran).toMatchObject({ code, stdout: "" });
    expect(ran.stderr).toContain("NODE_ENV=production says that this is not a demo");
    expect(ran.stderr).toContain("PARITY_DEMO=1");
  });
});

describe("when the reader of the output has gone", () => {
  it.each<[string, Parameters<typeof startProcess>[0], number]>([
    ["an answer", ["app/cli/parity.ts", "--help"], 0],
    ["an error message", ["app/cli/parity.ts", "nonsense"], 2],
    ["a refusal to migrate", ["app/server/migrate.ts"], 2],
  ])("%s ends with its own exit code", { timeout: TIMEOUT_MS }, async (_, argv, code) => {
    const child = spawn(process.execPath, [await findProgram(argv[0]), ...argv.slice(1)], {
      env: { NODE_ENV: "production", PATH: process.env.PATH },
    });
    child.stdout.destroy();
    child.stderr.destroy();
    expect((await once(child, "exit"))[0]).toBe(code);
  });
});
