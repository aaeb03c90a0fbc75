import { parseArgs } from "node:util";
import { playSchedule } from "../../app/engine/testing/schedule";
import { startCluster } from "../../app/platform/testing/cluster";
import { copyDatabase } from "../../app/platform/testing/database";
import { createProgress, divideMinutes } from "../support/progress";

// Lets Stripe change while processes read, repair and are killed at random, and compares the end with Stripe. `npm run hunt`
// plays as many schedules as fit into its minutes. More: npx tsx e2e/hunt/order.ts --schedules 150 --minutes 120   One alone: … --seed 7

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    schedules: { type: "string", default: "150" },
    minutes: { type: "string", default: "14" },
  },
});
const { print, minutes } = createProgress();
const seeds = values.seed
  ? [Number(values.seed)]
  : [...Array(Number(values.schedules)).keys()].map((n) => n + 1);
const cluster = await startCluster();
const time = divideMinutes(Number(values.minutes), 1);
let played = 0;
let problems = 0;
let kills = 0;
let actions = 0;
try {
  for (const seed of seeds) {
    if (time.isOver()) break;
    const startedAt = performance.now();
    const database = await copyDatabase(cluster.url);
    const result = await playSchedule({ seed, users: 6 + (seed % 9), steps: 40 + (seed % 5) * 40, database });
    problems += result.problems.length;
    kills += result.kills;
    const count = Object.values(result.actions).reduce((sum, taken) => sum + taken, 0);
    actions += count;
    played += 1;
    for (const text of result.problems) print(`seed ${seed}: ${text}`);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    print(
      `seed ${seed}: ${count} actions, ${result.kills} kills, ${result.problems.length} problems, ${seconds} s`,
    );
  }
} finally {
  await cluster.remove();
}
print(
  `${played} of ${seeds.length} schedules, ${actions} actions, ${kills} kills, ${problems} problems, ${minutes()} minutes`,
);
process.exitCode = played > 0 && problems === 0 ? 0 : 1;
