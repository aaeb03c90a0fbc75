import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { PRODUCTION_KEY, runProcess } from "~/cli/testing/cli";
import { createEmptyDatabase } from "~/platform/testing/database";
import { findProgram } from "~/platform/testing/desk";
import { SHORT_LIVED } from "~/platform/testing/programs";

// The real programs, on ground that is not as it should be.

// Beside other work such a process takes many times as long as alone.
const TIMEOUT_MS = 360_000;
const NOWHERE = "postgres://unknown:secret@127.0.0.1:1/none";
const PRODUCTION = {
  STRIPE_SECRET_KEY: PRODUCTION_KEY,
  APP_SECRET: "4f1a8c0be27d93651f0a7c4d8b2e6935",
  APP_URL: "https://parity.example.com",
};

describe("the worker", () => {
  it("says, as the web process does, that the database is behind (case 38)", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const empty = await createEmptyDatabase();
    const ran = await runProcess(["app/server/work.ts"], { ...PRODUCTION, DATABASE_URL: empty.url });
    await empty.drop();
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
  it.each<[string, Parameters<typeof runProcess>[0], number]>([
    ["an answer", ["app/cli/parity.ts", "--help"], 0],
    ["an error message", ["app/cli/parity.ts", "nonsense"], 2],
    ["a refusal to migrate", ["app/server/migrate.ts"], 2],
  ])("%s ends with its own exit code", { timeout: TIMEOUT_MS }, async (_, argv, code) => {
    const child = spawn(process.execPath, [...SHORT_LIVED, await findProgram(argv[0]), ...argv.slice(1)], {
      env: { NODE_ENV: "production", PATH: process.env.PATH },
    });
    child.stdout.destroy();
    child.stderr.destroy();
    expect((await once(child, "exit"))[0]).toBe(code);
  });
});
