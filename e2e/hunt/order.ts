import { parseArgs } from "node:util";
import { playSchedule } from "../../app/engine/testing/schedule";
import { startCluster } from "../../app/platform/testing/cluster";
import { copyDatabase } from "../../app/platform/testing/database";

// Lets Stripe change while processes read, repair and are killed at random, and compares the end with Stripe.
// `npm run hunt` plays all seeds. One alone:  npx tsx e2e/hunt/order.ts --seed 7

const { values } = parseArgs({
  options: { seed: { type: "string" }, seeds: { type: "string", default: "150" } },
});
const print = (line: string) => process.stdout.write(`${line}\n`);
const seeds = values.seed ? [Number(values.seed)] : [...Array(Number(values.seeds)).keys()].map((n) => n + 1);
const started = performance.now();
const cluster = await startCluster();
let problems = 0;
let kills = 0;
let actions = 0;
try {
  for (const seed of seeds) {
    const database = await copyDatabase(cluster.url);
    const result = await playSchedule({ seed, users: 6 + (seed % 9), steps: 40 + (seed % 5) * 40, database });
    problems += result.problems.length;
    kills += result.kills;
    actions += Object.values(result.actions).reduce((sum, count) => sum + count, 0);
    for (const text of result.problems) print(`seed ${seed}: ${text}`);
  }
} finally {
  await cluster.remove();
}
const seconds = ((performance.now() - started) / 1000).toFixed(0);
print(`${seeds.length} schedules, ${actions} actions, ${kills} kills, ${problems} problems, ${seconds} s`);
process.exitCode = problems === 0 ? 0 : 1;
