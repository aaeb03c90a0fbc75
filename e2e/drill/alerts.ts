import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import pg from "pg";
import { addSyncedUser, createWorld } from "../../app/engine/testing/world";
import { startCluster } from "../../app/platform/testing/cluster";
import { copyDatabase } from "../../app/platform/testing/database";
import { makeTestFolder, removeTestFolder } from "../../app/platform/testing/folder";
import { createProgress } from "../support/progress";
import { createFaults, type Stage } from "./faults";
import {
  CRON_SECRET,
  deliver,
  describeInstallation,
  getStatus,
  openGate,
  STRIPE_KEY,
  startProgram,
  waitUntil,
} from "./installation";
import { startPrometheus } from "./prometheus";

// A drill: the built programs, a scheduler and a real Prometheus (Debian: apt-get install prometheus) with the shipped
// rules; then real faults. It prints the seconds until each alert fires and until it is over, as the table of
// docs/watching.md, and which queries of the dashboard for Grafana found nothing in all of it.
//   node scripts/make.mjs client pages server programs && npx tsx e2e/drill/alerts.ts
// Every `for:` and window, and the ten minutes of a locked out payer, are divided by --divide (12; 1 leaves the rules as
// they are). --only NAME: one alert.

const { values } = parseArgs({
  options: { divide: { type: "string", default: "12" }, only: { type: "string" } },
});
const divide = Number(values.divide);
const { print, minutes } = createProgress();
/** As long as the longest `for:` or window that is waited for, and more. */
const PATIENCE_MS = (3_600 / divide + 240) * 1_000;

const folder = await makeTestFolder();
const cluster = await startCluster();
const world = await createWorld({ secretKeys: [STRIPE_KEY] }, undefined, await copyDatabase(cluster.url));
for (const id of ["ada", "bob", "cyd"]) await addSyncedUser(world, id);
const gate = await openGate(world.url);
const { ports, environment } = await describeInstallation(world, gate.url);
const admin = new pg.Client({ connectionString: world.url });
await admin.connect();

const startBuilt = (name: "server" | "worker", more: Record<string, string> = {}) =>
  startProgram(process.execPath, [`build/parity/${name}.js`], { env: { ...environment, ...more }, print });
const startWeb = () => startBuilt("server");
const startWorker = () => startBuilt("worker");
const stage: Stage = {
  ...{ world, admin, gate, environment, startWeb, startWorker },
  scheduler: { isSilent: false },
  processes: { web: startWeb(), worker: startWorker() },
};
// As a function on a host where no process stays alive: it takes no jobs.
const asleep = startBuilt("server", { PORT: String(ports.asleep), PARITY_STAYS_ALIVE: "no" });
for (const [name, port] of Object.entries(ports)) {
  const isReady = async () => (await getStatus(`http://127.0.0.1:${port}/readyz`)) === 200;
  if ((await waitUntil(isReady, PATIENCE_MS)) === null) throw new Error(`${name} did not start`);
  print(`${name} is ready`);
}
// The shortest that can be set, so that silence is noticed within the drill.
await world.parity.settings.set({ staleAfterMinutes: 1 }, { kind: "command_line", id: null });

/** A scheduler: calls every 10 seconds, while it is not silent. */
let isOver = false;
async function callCron(): Promise<void> {
  const headers = { Authorization: `Bearer ${CRON_SECRET}` };
  while (!isOver) {
    if (!stage.scheduler.isSilent)
      await getStatus(`${environment.APP_URL}/api/cron/sync-payments?budget=5`, headers);
    await wait(10_000);
  }
}
const calling = callCron();
// Webhooks have come once: only then their silence means something.
const ada = await world.db.user.findUniqueOrThrow({ where: { id: "ada" } });
print(`a webhook is answered ${await deliver(environment.APP_URL, ada.stripeCustomerId ?? "")}`);
const targets = Object.values(ports).map((port) => `127.0.0.1:${port}`);
const prometheus = await startPrometheus(folder, { targets, divide, print });
const isQuiet = async () => (await prometheus.listFiring()).length === 0;
await waitUntil(isQuiet, PATIENCE_MS);

const table = [
  "| fault | alert | fires after | of it the divided `for:` | ends after the fault | beside it |",
  "|---|---|---|---|---|---|",
];
let failed = 0;
const describe = (seconds: number | null) => (seconds === null ? "never" : `${seconds.toFixed(0)} s`);
try {
  for (const { title, alert, begin, end } of createFaults(stage).filter(
    (one) => values.only === undefined || one.alert === values.only,
  )) {
    const before = await prometheus.listFiring();
    if (before.length > 0) print(`firing before: ${before.join(", ")}`);
    const isFiring = async () => (await prometheus.listFiring()).includes(alert);
    await begin();
    const fired = await waitUntil(isFiring, PATIENCE_MS);
    const others = new Set((await prometheus.listFiring()).filter((name) => name !== alert));
    await end();
    const ended = fired === null ? null : await waitUntil(async () => !(await isFiring()), PATIENCE_MS);
    if (fired === null || ended === null) failed += 1;
    const beside = [...others].map((name) => `\`${name}\``).join(", ");
    table.push(
      `| ${title} | \`${alert}\` | ${describe(fired)} | ${prometheus.waits.get(alert)} s | ${describe(ended)} | ${beside} |`,
    );
    print(table.at(-1) ?? "");
    // What else fired must be over before the next fault.
    await waitUntil(isQuiet, PATIENCE_MS);
  }
  const { asked, empty } = await prometheus.listEmptyQueries();
  print(`the dashboard's queries: ${asked} asked, ${empty.length} found nothing`);
  for (const query of empty) print(`  nothing: ${query}`);
} finally {
  isOver = true;
  await prometheus.end("SIGTERM");
  await Promise.all([stage.processes.worker, stage.processes.web, asleep].map((one) => one.end("SIGTERM")));
  await calling;
  await admin.end();
  await world.close();
  await gate.shut();
  await cluster.remove();
  await removeTestFolder(folder);
}
process.stdout.write(`${table.join("\n")}\n`);
print(`${failed === 0 ? "all alerts fired and ended" : `${failed} did not`}, ${minutes()} minutes`);
process.exitCode = failed === 0 ? 0 : 1;
