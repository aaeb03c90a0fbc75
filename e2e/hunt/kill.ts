import { parseArgs } from "node:util";
import { openChildProcesses } from "../../app/engine/testing/child-processes";
import type { Attempt } from "../../app/engine/testing/damage";
import {
  cancelOnce,
  disconnectOnce,
  type KillConditions,
  killAtCommits,
  killAtRandom,
  stallOnce,
} from "../../app/engine/testing/interruptions";
import { crashPostgres, takeOver } from "../../app/engine/testing/postgres-crashes";
import {
  openScenario,
  type ScenarioOptions,
  STAGE_NAMES,
  type Stage,
} from "../../app/engine/testing/scenario";
import { createWorld } from "../../app/engine/testing/world";
import { startCluster } from "../../app/platform/testing/cluster";
import { copyDatabase } from "../../app/platform/testing/database";
import { bundlePrograms, findBundled } from "../../app/platform/testing/programs";
import { createProgress } from "../support/progress";

// Kills runs at every statement, commit and step, and at hundreds of random moments; then lets them finish, and compares
// with what an undisturbed run leaves. `npm run hunt` runs all of it. What fails prints how to run it alone:
//   npx tsx e2e/hunt/kill.ts --only stall --seed 2 --stage "incremental run"

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { only: text, seed: text, stage: text } });
const { print, minutes } = createProgress();
const cluster = await startCluster();
const programs = await bundlePrograms();
const children = openChildProcesses(findBundled(programs.folder, "app/engine/testing/child-main.ts"));

type Count = { points: number; lost: number; doubled: number; misreported: number };
const counts = new Map<string, Count>();

/** This many findings are printed in full; all are counted. */
const PRINTED = 20;
let printed = 0;

function record(kind: string, seed: number, stage: string, where: string, { points, damage }: Attempt): void {
  const count = counts.get(kind) ?? { points: 0, lost: 0, doubled: 0, misreported: 0 };
  counts.set(kind, count);
  count.points += points;
  for (const what of ["lost", "doubled", "misreported"] as const) {
    count[what] += damage[what].length;
    for (const finding of damage[what]) {
      printed += 1;
      const command = `npx tsx e2e/hunt/kill.ts --only ${kind} --seed ${seed} --stage "${stage}"`;
      if (printed <= PRINTED)
        print(`${what}: ${finding.slice(0, 2_000)}\n  ${stage}, ${where}; try again: ${command}`);
    }
  }
}

type Hunt = Omit<ScenarioOptions, "seed"> & {
  kind: string;
  seeds: number[];
  /** How many of the scenario's stages; all unless given. */
  stages?: number;
  attempt(stage: Stage, report: (where: string, attempt: Attempt) => void): Promise<void>;
};

/** Enough to keep PostgreSQL and this process both busy. */
const PARALLEL = 3;

/** Tries 1, 2, 3 … until the run finishes before it reaches the point. */
async function tryAll(
  attempt: (nth: number) => Promise<Attempt>,
  report: (nth: number, attempt: Attempt) => void,
): Promise<void> {
  let next = 1;
  let isFinished = false;
  const tryNext = async () => {
    while (!isFinished) {
      const nth = next;
      next += 1;
      const result = await attempt(nth);
      isFinished ||= result.points === 0;
      report(nth, result);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, tryNext));
}

const CONDITIONS: KillConditions[] = [
  { stripe: "healthy", processes: 1, workers: 0, clocks: "right" },
  { stripe: "rate limits", processes: 2, workers: 0, clocks: "right" },
  { stripe: "hangs", processes: 2, workers: 0, clocks: "wrong" },
  { stripe: "disconnects", processes: 1, workers: 0, clocks: "right" },
  { stripe: "healthy", processes: 4, workers: 0, clocks: "wrong" },
];

const hunts: Hunt[] = [
  ...(["before", "after"] as const).map(
    (side): Hunt => ({
      ...{ kind: `disconnect-${side}`, seeds: [1], users: 130 },
      attempt: (stage, report) =>
        tryAll(
          (nth) => disconnectOnce(stage, { counts: "statements", nth, side }),
          (nth, attempt) => report(`statement ${nth}`, attempt),
        ),
    }),
  ),
  {
    ...{ kind: "stall", seeds: [2], users: 130 },
    attempt: (stage, report) => {
      const random = stage.createRandom(0);
      return tryAll(
        (nth) => stallOnce(stage, nth, random.pick([1, 2, 4, 100])),
        (nth, attempt) => report(`statement ${nth}`, attempt),
      );
    },
  },
  {
    ...{ kind: "cancel", seeds: [3], users: 130 },
    attempt: (stage, report) =>
      tryAll(
        (steps) => cancelOnce(stage, steps),
        (steps, attempt) => report(`after ${steps} steps`, attempt),
      ),
  },
  {
    ...{ kind: "commits", seeds: [4, 5, 6, 7, 8, 9], users: 330 },
    attempt: async (stage, report) =>
      report("at commits", await killAtCommits(stage, children, stage.createRandom(0))),
  },
  {
    ...{ kind: "random", seeds: [10, 11, 12, 13], users: 330 },
    async attempt(stage, report) {
      const random = stage.createRandom(0);
      for (const conditions of CONDITIONS) {
        const attempt = await killAtRandom(stage, children, random, { ...conditions, kills: 8 });
        report(JSON.stringify(conditions), attempt);
      }
    },
  },
  {
    ...{ kind: "workers", seeds: [14, 15], users: 330, fillers: 9_000 },
    async attempt(stage, report) {
      const conditions: KillConditions = { stripe: "healthy", processes: 2, workers: 2, clocks: "right" };
      const random = stage.createRandom(0);
      report("with workers", await killAtRandom(stage, children, random, { ...conditions, kills: 10 }));
    },
  },
  {
    ...{ kind: "postgres", seeds: [16, 17], users: 230 },
    async attempt(stage, report) {
      const random = stage.createRandom(0);
      report("PostgreSQL crashes", await crashPostgres(stage, children, random, { cluster, crashes: 6 }));
    },
  },
  {
    ...{ kind: "lease", seeds: [18], users: 130, stages: 2 },
    // With the real lease, which takes its time to expire.
    attempt: async (stage, report) => report("lease expires", await takeOver(stage, children, null)),
  },
];

for (const { kind, seeds, stages, attempt, ...scenarioOptions } of hunts) {
  if (values.only !== undefined && values.only !== kind) continue;
  for (const seed of values.seed === undefined ? seeds : [Number(values.seed)]) {
    const seedStartedAt = performance.now();
    const world = await createWorld({ seed }, undefined, await copyDatabase(cluster.url));
    const scenario = await openScenario(world, { seed, ...scenarioOptions });
    for (const name of STAGE_NAMES.slice(0, stages)) {
      if (values.stage !== undefined && values.stage !== name) continue;
      const stage = await scenario.advanceTo(name);
      await attempt(stage, (where, result) => record(kind, seed, name, where, result));
      print(`${kind}, seed ${seed}, ${name}`);
    }
    await scenario.close();
    await world.close();
    const count = counts.get(kind);
    const seconds = ((performance.now() - seedStartedAt) / 1000).toFixed(0);
    print(`${kind}, seed ${seed}: ${seconds} s; so far ${count ? describeCount(count) : "nothing"}`);
  }
}
await children.close();
await programs.remove();
await cluster.remove();

const total: Count = { points: 0, lost: 0, doubled: 0, misreported: 0 };
print("");
for (const [kind, count] of counts) {
  for (const what of ["points", "lost", "doubled", "misreported"] as const) total[what] += count[what];
  print(`${kind.padEnd(18)} ${describeCount(count)}`);
}
print(`${"total".padEnd(18)} ${describeCount(total)}`);
print(`${minutes()} minutes`);
process.exitCode = total.points > 0 && total.lost + total.doubled + total.misreported === 0 ? 0 : 1;

function describeCount({ points, lost, doubled, misreported }: Count): string {
  return `${points} points tried, ${lost} users lost, ${doubled} doubled, ${misreported} reports wrong`;
}
