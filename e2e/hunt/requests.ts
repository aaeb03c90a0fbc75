import path from "node:path";
import { parseArgs } from "node:util";
import type { ServerBuild } from "@remix-run/node";
import { sendConsoleToLog } from "../../app/platform/console.server";
import { createLog } from "../../app/platform/log.server";
import { startCluster } from "../../app/platform/testing/cluster";
import { copyDatabase } from "../../app/platform/testing/database";
import { ODD_CALLERS, sampleOddRequests } from "../../app/server/testing/odd-requests";
import { openOddWorld, tryOddRequests } from "../../app/server/testing/try-requests";
import { createProgress, divideMinutes } from "../support/progress";

// Sends thousands of generated requests to every route of the built application, as every kind of caller. `npm run hunt` sends
// as many as fit into its minutes. All: … --minutes 120   One seed alone, after `npm run build`:  npx tsx e2e/hunt/requests.ts --seed 7

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "20" },
    minutes: { type: "string", default: "10" },
    "per-route": { type: "string", default: "100" },
  },
});
const { print, minutes } = createProgress();
const seeds = values.seed ? [Number(values.seed)] : [...Array(Number(values.seeds)).keys()].map((n) => n + 1);
sendConsoleToLog(createLog({ level: "silent" }));
process.env.NODE_ENV = "production";
const build: ServerBuild = await import(path.resolve("build/server/index.js"));
const cluster = await startCluster();
const time = divideMinutes(Number(values.minutes), 1);
let sent = 0;
let problems = 0;
try {
  for (const seed of seeds) {
    if (time.isOver()) break;
    const odd = await openOddWorld(build, await copyDatabase(cluster.url));
    const requests = sampleOddRequests(seed, Number(values["per-route"]));
    const findings = await tryOddRequests(odd, requests);
    await odd.close();
    sent += requests.length;
    problems += findings.length;
    for (const finding of findings.slice(0, 20)) print(`seed ${seed}: ${finding}`);
    print(`seed ${seed}: ${requests.length} requests, ${findings.length} problems`);
  }
} finally {
  await cluster.remove();
}
print(
  `${sent} requests of ${ODD_CALLERS.length} kinds of callers, ${problems} problems, ${minutes()} minutes`,
);
process.exitCode = sent > 0 && problems === 0 ? 0 : 1;
