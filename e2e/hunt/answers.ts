import { parseArgs } from "node:util";
import { openAnswersWorld, tryOddAnswers } from "../../app/engine/testing/try-answers";
import { startCluster } from "../../app/platform/testing/cluster";
import { copyDatabase } from "../../app/platform/testing/database";
import { createProgress, divideMinutes } from "../support/progress";

// Lets Stripe answer what it never answers, to every caller, and then what is right. `npm run hunt` plays as
// many seeds as fit into its minutes. All: … --minutes 120   One alone:  npx tsx e2e/hunt/answers.ts --seed 7

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "1500" },
    minutes: { type: "string", default: "10" },
  },
});
const { print, minutes } = createProgress();
const seeds = values.seed ? [Number(values.seed)] : [...Array(Number(values.seeds)).keys()].map((n) => n + 1);
const cluster = await startCluster();
/** A world is shared by so many, as an installation lives through more than one odd answer. */
const PER_WORLD = 50;
const time = divideMinutes(Number(values.minutes), 1);
let played = 0;
let problems = 0;
let changed = 0;
try {
  for (let from = 0; from < seeds.length; from += PER_WORLD) {
    if (time.isOver()) break;
    const opened = await openAnswersWorld(await copyDatabase(cluster.url));
    for (const seed of seeds.slice(from, from + PER_WORLD)) {
      const findings = await tryOddAnswers(opened, seed);
      problems += findings.length;
      for (const finding of findings) print(finding);
    }
    changed += opened.odd.countChanged();
    await opened.close();
    played = Math.min(seeds.length, from + PER_WORLD);
    print(`${played} of ${seeds.length} rounds, ${problems} problems`);
  }
} finally {
  await cluster.remove();
}
print(
  `${played} of ${seeds.length} rounds with ${changed} odd answers, ${problems} problems, ${minutes()} minutes`,
);
process.exitCode = changed > 0 && problems === 0 ? 0 : 1;
