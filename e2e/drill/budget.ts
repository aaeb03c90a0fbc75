import { setTimeout as wait } from "node:timers/promises";
import { addManyPayingUsers, createWorld } from "../../app/engine/testing/world";
import { startCluster } from "../../app/platform/testing/cluster";
import { copyDatabase } from "../../app/platform/testing/database";
import { createProgress } from "../support/progress";
import {
  CRON_SECRET,
  describeInstallation,
  getStatus,
  STRIPE_KEY,
  startProgram,
  waitUntil,
} from "./installation";

// A drill: how long a call of the scheduler takes that may work for 10 seconds, with Stripe at 5 seconds an answer, and with a
// process that has the processor for a fifth of its time (stopped for 400 ms of each 500: its event loop stands still).
//   node scripts/make.mjs client pages server programs && npx tsx e2e/drill/budget.ts
// It prints a table. A proxy cuts a call off after 60 seconds: the budget and what comes on top must be less.

const BUDGET_SECONDS = 10;
const USERS = 3_000;
const CALLS = 3;
const ANSWER_MS = 5_000;
const { print, minutes } = createProgress();

const cluster = await startCluster();
const world = await createWorld({ secretKeys: [STRIPE_KEY] }, undefined, await copyDatabase(cluster.url));
await addManyPayingUsers(world, USERS);
const { ports, environment } = await describeInstallation(world, world.url);
const web = startProgram(process.execPath, ["build/parity/server.js"], { env: environment, print });
const isReady = async () => (await getStatus(`${environment.APP_URL}/readyz`)) === 200;
if ((await waitUntil(isReady, 120_000)) === null) throw new Error(`port ${ports.web} does not answer`);

/** Stops and continues the process, again and again. */
let isBusy = false;
async function holdUp(): Promise<void> {
  while (isBusy) {
    web.send("SIGSTOP");
    await wait(400);
    web.send("SIGCONT");
    await wait(100);
  }
}

type Called = { seconds: number; answer: Record<string, unknown> };
async function call(scope: string): Promise<Called> {
  const startedAt = performance.now();
  const response = await fetch(
    `${environment.APP_URL}/api/cron/sync-payments?budget=${BUDGET_SECONDS}&scope=${scope}`,
    { headers: { Authorization: `Bearer ${CRON_SECRET}` } },
  );
  const answer: Record<string, unknown> = await response.json();
  return { seconds: (performance.now() - startedAt) / 1_000, answer };
}

const table = [
  "| Stripe | process | calls, in seconds | requests to Stripe | done |",
  "|---|---|---|---|---|",
];
let longest = 0;
try {
  for (const isSlow of [false, true])
    for (const busy of [false, true]) {
      if (isSlow) world.sandbox.control.addFault({ effect: { type: "latency", ms: ANSWER_MS } });
      isBusy = busy;
      const holding = holdUp();
      const before = world.sandbox.requests.counts().total;
      const calls: Called[] = [];
      // Each call goes on where the one before stopped.
      while (calls.length < CALLS && calls.at(-1)?.answer.done !== true) calls.push(await call("full"));
      isBusy = false;
      await holding;
      world.sandbox.control.clearFaults();
      longest = Math.max(longest, ...calls.map(({ seconds }) => seconds));
      table.push(
        `| ${isSlow ? "5 s an answer" : "at once"} | ${busy ? "a fifth of its time" : "free"} | ${calls.map(({ seconds }) => seconds.toFixed(1)).join(", ")} | ${world.sandbox.requests.counts().total - before} | ${calls.at(-1)?.answer.done === true ? "yes" : "goes on"} |`,
      );
      print(table.at(-1) ?? "");
      // The next line begins with a run of its own.
      while ((await call("full")).answer.done !== true);
    }
} finally {
  web.send("SIGCONT");
  await web.end("SIGTERM");
  await world.close();
  await cluster.remove();
}
process.stdout.write(`${table.join("\n")}\n`);
print(
  `at most ${(longest - BUDGET_SECONDS).toFixed(1)} s above the budget of ${BUDGET_SECONDS} s, ${minutes()} minutes`,
);
