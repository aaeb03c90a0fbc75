import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PRODUCTION_KEY } from "~/cli/testing/cli";
import { CLOCK_JOB } from "~/engine/runs/clock-jobs.server";
import { addPayingUser, createWorld, readAccess, type World } from "~/engine/testing/world";
import { ROOT } from "~/platform/root.server";
import { waitForBuild } from "~/platform/testing/built";
import { createEmptyDatabase } from "~/platform/testing/database";
import { makeTestFolder, removeTestFolder } from "~/platform/testing/folder";
import { findFreePort } from "~/platform/testing/port";

// Every command that a document shows in a block is run: here, by a shell, as it stands there, on one product; by another
// test; or it cannot be run on this machine, and the list says why.

const DOCUMENTS = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md"],
  ...readdirSync(path.join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
/** In a block that says nothing of its language. */
const LOOKS_LIKE_COMMAND = /^(npm|npx|node|curl|docker|psql|pg_\w+|git|systemctl|export|cp|useradd) /;

function readCommands(file: string): string[] {
  const text = readFileSync(path.join(ROOT, file), "utf8");
  return [...text.matchAll(/^( *)```(.*)\n([\s\S]*?)^\1```$/gm)].flatMap(
    ([, , language = "", block = ""]) => {
      const lines = block.split("\n").map((line) => line.replace(/ {2,}# .*$/, "").trim());
      if (language === "sh" || language === "crontab") return lines.filter((line) => line !== "");
      return language === "" ? lines.filter((line) => LOOKS_LIKE_COMMAND.test(line)) : [];
    },
  );
}

const ADOPTING = "app/cli/adopting-document.process.test.ts";
const BACKUP = "app/server/backup.test.ts";
/** Run word for word by another test, which reads the document. */
const ELSEWHERE: Record<string, string> = { "docs/adopting.md": ADOPTING };
const ELSEWHERE_BY_LINE: [RegExp, string][] = [
  [/^pg_dump |^pg_restore |^psql -d /, BACKUP],
  [/^export (DATABASE_URL|STRIPE_SECRET_KEY|APP_SECRET|APP_URL)=/, ADOPTING],
  [/^npm run parity -- (adopt|sync --all|doctor|staff add)|^npm run db:migrate$/, ADOPTING],
  [/^export OTEL_EXPORTER_OTLP_ENDPOINT=/, "app/server/tracing.test.ts"],
];
const NO_DOCKER =
  "there is no Docker here; what it starts is run without it below, and e2e/hunt/image.ts makes the folder of the image";
const CANNOT: [RegExp, string][] = [
  [
    /^npm ci$|^npm ci && npm (start|test)$/,
    "needs the registry; npm test is what runs this, npm start is run below",
  ],
  [/^npm run build$/, "has made what is run here"],
  [/^npm run dev$/, "the sources with Vite, for who changes Parity; it has no end"],
  [/^docker /, NO_DOCKER],
  [/^useradd |^systemctl /, "would change this machine; the units are looked at in crontab.test.ts"],
];

let world: World;
let empty: { url: string; drop(): Promise<void> };
let folder = "";
let port = 0;
let environment: Record<string, string> = {};
const started: ChildProcess[] = [];

beforeAll(async () => {
  await waitForBuild();
  [world, empty, folder, port] = await Promise.all([
    createWorld({ secretKeys: [PRODUCTION_KEY] }),
    createEmptyDatabase(),
    makeTestFolder(),
    findFreePort(),
  ]);
  // Where a person has put the repository: what is written there stays there.
  for (const name of readdirSync(ROOT))
    if (!/^(\.git|\.data|\.env|parity\.mapping\.yaml)$/.test(name))
      symlinkSync(path.join(ROOT, name), path.join(folder, name));
  const { PATH = "", HOME = "" } = process.env;
  environment = {
    ...{ PATH, HOME, NODE_ENV: "production", HOST: "127.0.0.1", PORT: String(port) },
    ...{ DATABASE_URL: world.url, STRIPE_SECRET_KEY: PRODUCTION_KEY, STRIPE_API_BASE: world.stripeUrl },
    ...{ APP_SECRET: "4f1a8c0be27d93651f0a7c4d8b2e6935", APP_URL: `http://127.0.0.1:${port}` },
    ...{ CRON_SECRET: "cron-secret-of-the-documents", METRICS_TOKEN: "metrics-token-of-the-documents" },
  };
  await writeFile(
    path.join(folder, "parity.env"),
    `CRON_SECRET=${environment.CRON_SECRET}\nAPP_URL=${environment.APP_URL}\n`,
  );
});
afterAll(async () => {
  for (const child of started) child.kill("SIGKILL");
  await world?.close();
  await empty?.drop();
  await removeTestFolder(folder);
});

/** A slow machine is no failure. */
const PATIENCE = { timeout: 200_000, interval: 100 };

type Ran = { code: number | null; stdout: string; stderr: string };

/** A line in a shell, without the environment of this process. */
const shell = (line: string, env: Record<string, string> = environment) =>
  new Promise<Ran>((resolve) => {
    const child = execFile(
      "/bin/sh",
      ["-eu", "-c", line],
      { cwd: folder, env: { NODE_ENV: "production", ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });

/** What goes on until it is ended: resolves when it has written this. */
async function start(line: string, text: RegExp) {
  const child = spawn("/bin/sh", ["-c", `exec ${line}`], {
    cwd: folder,
    env: { NODE_ENV: "production", ...environment },
  });
  started.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      said += chunk;
    });
  const ended = once(child, "close");
  await vi.waitUntil(() => text.test(said) || child.exitCode !== null, PATIENCE);
  expect(said).toMatch(text);
  return async () => {
    child.kill("SIGTERM");
    await ended;
    return child.exitCode;
  };
}

const deploying = readCommands("docs/deploying.md");
/** The lines that were run, as the documents have them. */
const used = new Set<string>();
const use = (line = ""): string => {
  used.add(line);
  return line;
};
/** What a container runs, without Docker. */
const listInner = (pattern: RegExp) => deploying.flatMap((line) => pattern.exec(line)?.[1] ?? []);

it("what containers run for a first look: an empty database with example tables, and the first admin", async () => {
  const env = { ...environment, DATABASE_URL: empty.url };
  const [migrate = "", add = ""] = listInner(/^docker compose run --rm \w+ (.*)$/);
  expect(await shell(migrate, env)).toMatchObject({ code: 0, stdout: expect.stringContaining("Applied: ") });
  const added = await shell(add, env);
  expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining("you@example.com") });
  // An update: nothing to migrate.
  const [again = "", status = ""] = listInner(/^docker run .*--rm .* parity (node .*)$/);
  expect(await shell(again, env)).toMatchObject({ code: 0, stdout: expect.stringContaining("up to date") });
  expect(await shell(status, env)).toMatchObject({ code: expect.toBeOneOf([0, 3]) });
});

it("what a server with systemd runs before it starts the units", async () => {
  const file = path.join(folder, "etc-parity.env");
  await writeFile(
    file,
    Object.entries(environment)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  const [first, ...rest] = deploying.filter((line) => /^set -a|^node build/.test(line)).map(use);
  const script = [first?.replace("/etc/parity.env", file), ...rest, "ls systemd"].join("\n");
  const copy = use(deploying.find((line) => line.startsWith("cp deploy/")));
  await mkdir(path.join(folder, "systemd"));
  const units = copy.replace("/etc/systemd/system/", "systemd/");
  const ran = await shell(`${units}\n${script}`, { PATH: environment.PATH ?? "", HOME: folder });
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining("you@example.com") });
  expect(ran.stdout.match(/parity[\w-]*\.(service|timer)/g)).toHaveLength(4);
});

describe("a running product, started by npm start", () => {
  let stop: (() => Promise<number | null>) | undefined;
  beforeAll(async () => {
    stop = await start(
      use(readCommands("README.md").find((line) => line === "npm start")),
      /"msg":"listening"|Parity is running/,
    );
  });
  afterAll(async () => {
    await stop?.();
    // npm ends at once; the server notices that and ends by itself.
    const isGone = () =>
      fetch(`${environment.APP_URL}/healthz`).then(
        () => false,
        () => true,
      );
    await vi.waitUntil(isGone, PATIENCE);
  });

  /** What cron gives a program, and what systemd does. */
  const withoutEnvironment = (line: string) => shell(line, { PATH: "/usr/bin:/bin", HOME: folder });
  const countCalls = () => world.db.run.count({ where: { actorKind: "cron" } });

  it("the line for cron: a customer who has paid has access, and cron has nothing to mail; then Stripe refuses the key, and it has", async () => {
    const crontab = use(readCommands("README.md").find((line) => line.startsWith("*/10")));
    expect(deploying).toContain(crontab);
    const line = crontab
      .replace("*/10 * * * * ", "")
      .replace("/etc/parity.env", path.join(folder, "parity.env"));
    await addPayingUser(world, "cron");
    expect(await withoutEnvironment(line)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await readAccess(world, "cron")).toBe("active 5");

    world.sandbox.control.addFault({ effect: { type: "invalid_key" } });
    const { stdout } = await withoutEnvironment(line);
    world.sandbox.control.clearFaults();
    expect(stdout).toContain("unauthorized");
    expect(stdout).toContain("500");
    expect(await readAccess(world, "cron")).toBe("active 5");
  });

  it("the timer of systemd", async () => {
    const unit = readFileSync(path.join(ROOT, "deploy/parity-cron.service"), "utf8");
    const [, exec = ""] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
    await addPayingUser(world, "timer");
    const before = await countCalls();
    const ran = await withoutEnvironment(`set -a; . ${folder}/parity.env; set +a; ${exec}`);
    expect({ code: ran.code, ...JSON.parse(ran.stdout) }).toMatchObject({
      code: 0,
      success: true,
      syncedCount: 1,
    });
    expect(await countCalls()).toBe(before + 1);
    expect(await readAccess(world, "timer")).toBe("active 5");
  });

  it("the clock of a worker, started as a container starts it", async () => {
    const [line = ""] = listInner(/^docker run .* parity (node .*worker.*)$/);
    await addPayingUser(world, "clock");
    const end = await start(line, /"msg":"worker started"/);
    await world.db.cursor.upsert({
      where: { key: `clock:${CLOCK_JOB}` },
      create: { key: `clock:${CLOCK_JOB}`, value: 1 },
      update: { value: 1 },
    });
    await expect.poll(() => readAccess(world, "clock")).toBe("active 5");
    expect(await end()).toBe(0);
  });

  it("what the runbook asks it with curl", async () => {
    const runbook = readFileSync(path.join(ROOT, "docs/runbook.md"), "utf8");
    const lines = new Set([...runbook.matchAll(/`(curl [^`]*)`/g)].map(([, line = ""]) => line));
    expect(lines.size).toBe(3);
    for (const line of lines) {
      const asked = line.replace(/https:\/\/…|http:\/\/<instance>/, environment.APP_URL ?? "");
      expect((await shell(`${asked} --fail`)).code, line).toBe(0);
    }
  });
});

it("the commands of an operator: cleaning, and the account of the database", async () => {
  const [dry = "", clean = ""] = readCommands("docs/retention.md").slice(0, 2).map(use);
  expect(await shell(dry)).toMatchObject({ code: 0, stdout: expect.stringContaining("would be removed") });
  expect(await shell(clean)).toMatchObject({ code: 0, stdout: expect.stringContaining("removed") });
  // The product above has bound the database to the account of its key.
  const [bind = ""] = readCommands("docs/operating.md").map(use);
  expect(await shell(bind)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Nothing was changed"),
  });
});

it("no command of a document is left: each was run above, is run by another test, or cannot be run here", () => {
  const unknown = DOCUMENTS.flatMap((file) =>
    readCommands(file).filter((line) => {
      const other = ELSEWHERE[file] ?? ELSEWHERE_BY_LINE.find(([pattern]) => pattern.test(line))?.[1];
      if (other !== undefined) return !existsSync(path.join(ROOT, other));
      return !used.has(line) && !CANNOT.some(([pattern]) => pattern.test(line));
    }),
  );
  expect(unknown).toEqual([]);
  expect(DOCUMENTS.flatMap(readCommands).length).toBeGreaterThan(45);
});
