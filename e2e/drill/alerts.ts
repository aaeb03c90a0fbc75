import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import pg from "pg";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { addSyncedUser, createWorld } from "../../app/engine/testing/world";
import { startCluster } from "../../app/platform/testing/cluster";
import { copyDatabase } from "../../app/platform/testing/database";
import { makeTestFolder, removeTestFolder } from "../../app/platform/testing/folder";
import { findFreePort } from "../support/product";
import { createProgress } from "../support/progress";

// A drill: the built programs, a scheduler and a real Prometheus (Debian: apt-get install prometheus) with the shipped
// rules; then real faults. It prints the seconds until each alert fires, and until it is over.
//   node scripts/make.mjs client pages server programs && npx tsx e2e/drill/alerts.ts
// Every `for:` and the ten minutes of a locked out payer are divided by --divide (12; 1 leaves the rules as they are).

const { values } = parseArgs({
  options: { divide: { type: "string", default: "12" }, only: { type: "string" } },
});
const divide = Number(values.divide);
const { print } = createProgress();
const SCRAPE_SECONDS = 2;
const CRON_SECRET = "cron-secret-of-the-drill";
const STRIPE_KEY = "sk_test_51Drill0123456789abcdefgh";
const METRICS_TOKEN = "metrics-token-of-the-drill";
const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };
/** As long as the longest `for:` that is waited for, and more. */
const PATIENCE_MS = (900 / divide + 240) * 1_000;

const rulesFile = z.object({
  groups: z.array(
    z.looseObject({
      rules: z.array(z.looseObject({ alert: z.string(), expr: z.string(), for: z.string() })),
    }),
  ),
});
const alertsAnswer = z.object({
  data: z.object({
    alerts: z.array(z.object({ labels: z.record(z.string(), z.string()), state: z.string() })),
  }),
});

const folder = await makeTestFolder();
const cluster = await startCluster();
const world = await createWorld({ secretKeys: [STRIPE_KEY] }, undefined, await copyDatabase(cluster.url));
for (const id of ["ada", "bob", "cyd"]) await addSyncedUser(world, id);

const ports = { web: await findFreePort(), worker: await findFreePort(), prometheus: await findFreePort() };
const environment = {
  ...{
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    NODE_ENV: "production" as const,
    CRON_SECRET,
    METRICS_TOKEN,
  },
  DATABASE_URL: world.url,
  STRIPE_SECRET_KEY: world.sandbox.secretKey,
  STRIPE_API_BASE: world.stripeUrl,
  APP_SECRET: "4f1a8c0be27d93651f0a7c4d8b2e6935",
  APP_URL: `http://127.0.0.1:${ports.web}`,
  PORT: String(ports.web),
  WORKER_PORT: String(ports.worker),
  LOG_LEVEL: "warn",
};

function start(program: string, args: string[]) {
  const child = spawn(program, args, { env: environment, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  const gone = new Promise<void>((resolve) =>
    child.once("exit", (code) => {
      if (code) print(`${args[0]} ended with ${code}: ${said}`);
      resolve();
    }),
  );
  return {
    async end(signal: NodeJS.Signals) {
      child.kill(signal);
      await gone;
    },
  };
}
const startWorker = () => start(process.execPath, ["build/parity/worker.js"]);

async function getStatus(url: string): Promise<number> {
  return fetch(url, { signal: AbortSignal.timeout(60_000) }).then(
    ({ status }) => status,
    () => 0,
  );
}

/** Looks again and again; the seconds until it was so, or null when patience was over. */
async function waitUntil(isSo: () => Promise<boolean>): Promise<number | null> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < PATIENCE_MS) {
    if (await isSo()) return (performance.now() - startedAt) / 1_000;
    await wait(500);
  }
  return null;
}

/** A scheduler: calls every 10 seconds, while it is not silent. */
const scheduler = { isSilent: false, isOver: false };
async function callCron(): Promise<void> {
  while (!scheduler.isOver) {
    if (!scheduler.isSilent)
      await fetch(`${environment.APP_URL}/api/cron/sync-payments?budget=5`, {
        headers: { Authorization: `Bearer ${CRON_SECRET}` },
        signal: AbortSignal.timeout(60_000),
      }).catch(() => null);
    await wait(10_000);
  }
}

const toSeconds = (text: string) =>
  [...text.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (UNIT_SECONDS[unit] ?? 0),
    0,
  );

async function writeConfiguration(): Promise<string> {
  const rules = rulesFile.parse(parse(await readFile("deploy/prometheus/alerts.yml", "utf8")));
  for (const group of rules.groups)
    for (const rule of group.rules) {
      rule.for = `${Math.ceil(toSeconds(rule.for) / divide)}s`;
      if (rule.alert === "ParityPayerLockedOut") rule.expr = rule.expr.replace("600", String(600 / divide));
    }
  const target = (port: number) => `127.0.0.1:${port}`;
  const every = `${SCRAPE_SECONDS}s`;
  const file = path.join(folder, "prometheus.yml");
  await writeFile(path.join(folder, "alerts.yml"), stringify(rules));
  await writeFile(
    file,
    stringify({
      global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
      rule_files: ["alerts.yml"],
      scrape_configs: [
        {
          job_name: "parity",
          authorization: { credentials: METRICS_TOKEN },
          static_configs: [{ targets: [target(ports.web), target(ports.worker)] }],
        },
      ],
    }),
  );
  return file;
}

async function listFiring(): Promise<string[]> {
  const response = await fetch(`http://127.0.0.1:${ports.prometheus}/api/v1/alerts`);
  const { data } = alertsAnswer.parse(await response.json());
  return data.alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels.alertname ?? "");
}
const isFiring = async (alert: string) => (await listFiring()).includes(alert);

const configuration = await writeConfiguration();
await mkdir(path.join(folder, "data"));
const web = start(process.execPath, ["build/parity/server.js"]);
let worker = startWorker();
const isReady = (port: number) => async () => (await getStatus(`http://127.0.0.1:${port}/readyz`)) === 200;
for (const [name, port] of [
  ["web", ports.web],
  ["worker", ports.worker],
] as const) {
  if ((await waitUntil(isReady(port))) === null) throw new Error(`${name} did not start`);
  print(`${name} is ready`);
}
// The shortest that can be set, so that silence is noticed within the drill.
await world.parity.settings.set({ staleAfterMinutes: 1 }, { kind: "command_line", id: null });
const calling = callCron();
const prometheus = start("prometheus", [
  `--config.file=${configuration}`,
  `--storage.tsdb.path=${path.join(folder, "data")}`,
  `--web.listen-address=127.0.0.1:${ports.prometheus}`,
  "--log.level=error",
]);
await waitUntil(async () => (await getStatus(`http://127.0.0.1:${ports.prometheus}/-/ready`)) === 200);
await waitUntil(async () => (await listFiring()).length === 0);

const admin = new pg.Client({ connectionString: world.url });
await admin.connect();
async function setReadOnly(mode: "on" | "off"): Promise<void> {
  await admin.query("SET default_transaction_read_only = off");
  await admin.query(`ALTER SYSTEM SET default_transaction_read_only = ${mode}`);
  await admin.query("SELECT pg_reload_conf()");
}

type Fault = { title: string; alert: string; begin(): Promise<unknown>; end(): Promise<unknown> };
const faults: Fault[] = [
  {
    title: "Stripe refuses the key",
    alert: "ParityStripeKeyRefused",
    begin: async () => world.sandbox.control.addFault({ effect: { type: "invalid_key" } }),
    end: async () => world.sandbox.control.reset(),
  },
  {
    title: "runs fail, because Stripe refuses the key",
    alert: "ParityRunsFail",
    begin: async () => world.sandbox.control.addFault({ effect: { type: "invalid_key" } }),
    end: async () => world.sandbox.control.reset(),
  },
  {
    title: "a worker is killed (kill -9)",
    alert: "ParityProcessDown",
    begin: () => worker.end("SIGKILL"),
    end: async () => {
      worker = startWorker();
    },
  },
  {
    title: "the application locks out a payer while repairs are off",
    alert: "ParityPayerLockedOut",
    begin: async () => {
      await world.parity.settings.set({ writeMode: "off" }, { kind: "command_line", id: null });
      await admin.query(`UPDATE app."Workspace" SET status = 'locked', soldiers = 0 WHERE "ownerId" = 'ada'`);
    },
    end: () => world.parity.settings.set({ writeMode: "full" }, { kind: "command_line", id: null }),
  },
  {
    title: "the database can only be read (a fail-over)",
    alert: "ParityNotReady",
    begin: () => setReadOnly("on"),
    end: () => setReadOnly("off"),
  },
  {
    title: "cron is silent (out of date after 1 minute)",
    alert: "ParitySchedulerSilent",
    begin: async () => {
      scheduler.isSilent = true;
    },
    end: async () => {
      scheduler.isSilent = false;
    },
  },
];

let failed = 0;
const describe = (seconds: number | null) => (seconds === null ? "never" : `${seconds.toFixed(0)} s`);
try {
  for (const { title, alert, begin, end } of faults.filter(
    (one) => values.only === undefined || one.alert === values.only,
  )) {
    const before = await listFiring();
    if (before.length > 0) print(`firing before: ${before.join(", ")}`);
    await begin();
    const fired = await waitUntil(() => isFiring(alert));
    const others = (await listFiring()).filter((name) => name !== alert);
    await end();
    const ended = fired === null ? null : await waitUntil(async () => !(await isFiring(alert)));
    if (fired === null || ended === null) failed += 1;
    const beside = others.length > 0 ? `; beside it: ${[...new Set(others)].join(", ")}` : "";
    print(
      `${title}: ${alert} fires after ${describe(fired)}, and ends ${describe(ended)} after the fault${beside}`,
    );
    // What else fired must be over before the next fault.
    await waitUntil(async () => (await listFiring()).length === 0);
  }
} finally {
  scheduler.isOver = true;
  await Promise.all([prometheus.end("SIGTERM"), worker.end("SIGTERM"), web.end("SIGTERM")]);
  await calling;
  await admin.end();
  await world.close();
  await cluster.remove();
  await removeTestFolder(folder);
}
print(failed === 0 ? "all alerts fired and ended" : `${failed} did not`);
process.exitCode = failed === 0 ? 0 : 1;
