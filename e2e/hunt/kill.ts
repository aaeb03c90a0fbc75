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
import { createProgress, divideMinutes } from "../support/progress";

// Kills runs at statements, commits and steps, and at random moments; then lets them finish, and compares with what an
// undisturbed run leaves. It takes as many points as its minutes allow, of each kind and stage, and says where it tried
// all of them. Every point, which takes hours: --minutes 600. What fails prints how to run it alone:
//   npx tsx e2e/hunt/kill.ts --only stall --seed 2 --stage "incremental run"

const text = { type: "string" } as const;
const { values } = parseArgs({
  options: { only: text, seed: text, stage: text, minutes: { ...text, default: "35" } },
});
const { print, minutes } = createProgress();
const cluster = await startCluster();
const programs = await bundlePrograms();
const children = openChildProcesses(findBundled(programs.folder, "app/engine/testing/child-main.ts"));

type Count = { points: number; lost: number; doubled: number; misreported: number };
type Clock = { isOver(): boolean };
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
  /** Whether every point was tried before the time was over. */
  attempt(stage: Stage, report: (where: string, attempt: Attempt) => void, clock: Clock): Promise<boolean>;
};

/** Enough to keep PostgreSQL and this process both busy. */
const PARALLEL = 3;

/** Points this far apart come first, then those in the middle between them, and so on: an early end leaves small gaps. */
const STRIDE = 16;
const OFFSETS = [1, 9, 5, 13, 3, 11, 7, 15, 2, 10, 6, 14, 4, 12, 8, 16];

/** Tries the points of a run, coarse to fine. A run that finishes before it reaches a point has no later ones. */
async function tryAll(
  attempt: (nth: number) => Promise<Attempt>,
  report: (nth: number, attempt: Attempt) => void,
  clock: Clock,
): Promise<boolean> {
  let left = OFFSETS.length;
  for (const offset of OFFSETS) {
    let next = offset;
    let isFinished = false;
    const tryNext = async () => {
      while (!isFinished && !clock.isOver()) {
        const nth = next;
        next += STRIDE;
        const result = await attempt(nth);
        isFinished ||= result.points === 0;
        report(nth, result);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, tryNext));
    if (clock.isOver()) break;
    left -= 1;
  }
  return left === 0;
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
      attempt: (stage, report, clock) =>
        tryAll(
          (nth) => disconnectOnce(stage, { counts: "statements", nth, side }),
          (nth, attempt) => report(`statement ${nth}`, attempt),
          clock,
        ),
    }),
  ),
  {
    ...{ kind: "stall", seeds: [2], users: 130 },
    attempt: (stage, report, clock) => {
      const random = stage.createRandom(0);
      return tryAll(
        (nth) => stallOnce(stage, nth, random.pick([1, 2, 4, 100])),
        (nth, attempt) => report(`statement ${nth}`, attempt),
        clock,
      );
    },
  },
  {
    ...{ kind: "cancel", seeds: [3], users: 130 },
    attempt: (stage, report, clock) =>
      tryAll(
        (steps) => cancelOnce(stage, steps),
        (steps, attempt) => report(`after ${steps} steps`, attempt),
        clock,
      ),
  },
  {
    ...{ kind: "commits", seeds: [4, 5, 6, 7, 8, 9], users: 330 },
    async attempt(stage, report) {
      report("at commits", await killAtCommits(stage, children, stage.createRandom(0)));
      return true;
    },
  },
  {
    ...{ kind: "random", seeds: [10, 11, 12, 13], users: 330 },
    async attempt(stage, report, clock) {
      const random = stage.createRandom(0);
      for (const conditions of CONDITIONS) {
        if (clock.isOver()) return false;
        const attempt = await killAtRandom(stage, children, random, { ...conditions, kills: 8 });
        report(JSON.stringify(conditions), attempt);
      }
      return true;
    },
  },
  {
    ...{ kind: "workers", seeds: [14, 15], users: 330, fillers: 9_000 },
    async attempt(stage, report) {
      const conditions: KillConditions = { stripe: "healthy", processes: 2, workers: 2, clocks: "right" };
      const random = stage.createRandom(0);
      report("with workers", await killAtRandom(stage, children, random, { ...conditions, kills: 10 }));
      return true;
    },
  },
  {
    ...{ kind: "postgres", seeds: [16, 17], users: 230 },
    async attempt(stage, report) {
      const random = stage.createRandom(0);
      report("PostgreSQL crashes", await crashPostgres(stage, children, random, { cluster, crashes: 6 }));
      return true;
    },
  },
  {
    ...{ kind: "lease", seeds: [18], users: 130, stages: 2 },
    // With the real lease, which takes its time to expire.
    async attempt(stage, report) {
      report("lease expires", await takeOver(stage, children, null));
      return true;
    },
  },
];

/** The first seed of each kind, then the second ones: an early end leaves out further seeds, and no kind. */
const rounds = [...Array(Math.max(...hunts.map(({ seeds }) => seeds.length))).keys()];
const chosen = hunts.filter(({ kind }) => values.only === undefined || values.only === kind);
const plays = rounds.flatMap((round) =>
  chosen.flatMap((hunt) => {
    const seed = (values.seed === undefined ? hunt.seeds : [Number(values.seed)])[round];
    const stages = STAGE_NAMES.slice(0, hunt.stages).filter(
      (name) => values.stage === undefined || values.stage === name,
    );
    return seed === undefined ? [] : [{ ...hunt, seed, names: stages }];
  }),
);
const allotment = divideMinutes(
  Number(values.minutes),
  plays.reduce((sum, { names }) => sum + names.length, 0),
);
const unfinished: string[] = [];

for (const { kind, seed, names, attempt, users, fillers } of plays) {
  if (allotment.isOver()) {
    unfinished.push(`${kind}, seed ${seed}: not begun`);
    continue;
  }
  const seedStartedAt = performance.now();
  const world = await createWorld({ seed }, undefined, await copyDatabase(cluster.url));
  const scenario = await openScenario(world, { seed, users, ...(fillers === undefined ? {} : { fillers }) });
  for (const name of names) {
    const stage = await scenario.advanceTo(name);
    const report = (where: string, result: Attempt) => record(kind, seed, name, where, result);
    if (!(await attempt(stage, report, allotment.next())))
      unfinished.push(`${kind}, seed ${seed}, ${name}: a sample`);
    print(`${kind}, seed ${seed}, ${name}`);
  }
  await scenario.close();
  await world.close();
  const count = counts.get(kind);
  const seconds = ((performance.now() - seedStartedAt) / 1000).toFixed(0);
  print(`${kind}, seed ${seed}: ${seconds} s; so far ${count ? describeCount(count) : "nothing"}`);
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
for (const text of unfinished) print(`not all of ${text}`);
print(`${minutes()} minutes`);
process.exitCode = total.points > 0 && total.lost + total.doubled + total.misreported === 0 ? 0 : 1;

function describeCount({ points, lost, doubled, misreported }: Count): string {
  return `${points} points tried, ${lost} users lost, ${doubled} doubled, ${misreported} reports wrong`;
}
