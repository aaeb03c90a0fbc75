import { parseArgs } from "node:util";
import type { Chance } from "../../app/engine/testing/chance";
import { openChildren } from "../../app/engine/testing/children";
import { crashPostgres, takeOver } from "../../app/engine/testing/crashes";
import {
  cancelOnce,
  killAtCommits,
  killAtRandom,
  severOnce,
  stallOnce,
  type Tried,
  type Weather,
} from "../../app/engine/testing/kills";
import { type Stage, throughStages, type Walk } from "../../app/engine/testing/stages";
import { createWorld } from "../../app/engine/testing/world";
import { startCluster } from "../../app/platform/testing/cluster";
import { copyDatabase } from "../../app/platform/testing/database";

// Kills runs at every statement, commit and page boundary, and at hundreds of moments chosen by a seed; then lets them go
// on, and compares with what a calm run leaves. `npm run hunt` runs all of it; what fails says how to run it alone:
//   npx tsx e2e/hunt/kill.ts --only stall --seed 2 --stage tick

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { only: text, seed: text, stage: text } });
const say = (line: string) => process.stdout.write(`${line}\n`);
const began = performance.now();
const cluster = await startCluster();
const children = await openChildren();

type Count = { points: number; lost: number; doubled: number; misreported: number };
const counts = new Map<string, Count>();

/** So many are said in full; all are counted. */
const SAID = 20;
let said = 0;

function note(kind: string, seed: number, stage: string, where: string, { points, damage }: Tried): void {
  const count = counts.get(kind) ?? { points: 0, lost: 0, doubled: 0, misreported: 0 };
  counts.set(kind, count);
  count.points += points;
  for (const what of ["lost", "doubled", "misreported"] as const) {
    count[what] += damage[what].length;
    for (const one of damage[what]) {
      said += 1;
      const again = `npx tsx e2e/hunt/kill.ts --only ${kind} --seed ${seed} --stage "${stage}"`;
      if (said <= SAID) say(`${what}: ${one.slice(0, 2_000)}\n  ${stage}, ${where}; again: ${again}`);
    }
  }
}

type Hunt = Omit<Walk, "seed"> & {
  kind: string;
  seeds: number[];
  try(stage: Stage, chance: Chance, told: (where: string, tried: Tried) => void): Promise<void>;
};

/** As many at once as keep PostgreSQL and this process both at work. */
const LANES = 3;

/** Tries 1, 2, 3 … until the run is through before it comes so far. */
async function all(
  first: number,
  attempt: (nth: number) => Promise<Tried>,
  told: (nth: number, tried: Tried) => void,
) {
  let nth = first;
  let isThrough = false;
  const lane = async () => {
    while (!isThrough) {
      const mine = nth;
      nth += 1;
      const tried = await attempt(mine);
      isThrough ||= tried.points === 0;
      told(mine, tried);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

const WEATHERS: Weather[] = [
  { stripe: "calm", processes: 1, workers: 0, clocks: "right" },
  { stripe: "refuses", processes: 2, workers: 0, clocks: "right" },
  { stripe: "hangs", processes: 2, workers: 0, clocks: "wrong" },
  { stripe: "breaks off", processes: 1, workers: 0, clocks: "right" },
  { stripe: "calm", processes: 4, workers: 0, clocks: "wrong" },
];

const hunts: Hunt[] = [
  ...(["before", "after"] as const).map(
    (side): Hunt => ({
      ...{ kind: `sever-${side}`, seeds: [1], many: 130 },
      try: (stage, _chance, told) =>
        all(
          1,
          (nth) => severOnce(stage, { counts: "statements", nth, side }),
          (nth, tried) => told(`statement ${nth}`, tried),
        ),
    }),
  ),
  {
    ...{ kind: "stall", seeds: [2], many: 130 },
    try: (stage, chance, told) =>
      all(
        1,
        (nth) => stallOnce(stage, nth, chance.pick([1, 2, 4, 100])),
        (nth, tried) => told(`statement ${nth}`, tried),
      ),
  },
  {
    ...{ kind: "cancel", seeds: [3], many: 130 },
    try: (stage, _chance, told) =>
      all(
        1,
        (pieces) => cancelOnce(stage, pieces),
        (pieces, tried) => told(`after ${pieces} pieces`, tried),
      ),
  },
  {
    ...{ kind: "commits", seeds: [4, 5, 6, 7, 8, 9], many: 330 },
    try: async (stage, chance, told) => told("at commits", await killAtCommits(stage, children, chance)),
  },
  {
    ...{ kind: "random", seeds: [10, 11, 12, 13], many: 330 },
    async try(stage, chance, told) {
      for (const weather of WEATHERS)
        told(JSON.stringify(weather), await killAtRandom(stage, children, chance, { ...weather, kills: 8 }));
    },
  },
  {
    ...{ kind: "workers", seeds: [14, 15], many: 330, fillers: 9_000 },
    async try(stage, chance, told) {
      const weather: Weather = { stripe: "calm", processes: 2, workers: 2, clocks: "right" };
      told("with workers", await killAtRandom(stage, children, chance, { ...weather, kills: 10 }));
    },
  },
  {
    ...{ kind: "postgres", seeds: [16, 17], many: 230 },
    async try(stage, chance, told) {
      told("crashes", await crashPostgres(stage, children, chance, { cluster, crashes: 6 }));
    },
  },
  {
    ...{ kind: "lease", seeds: [18], many: 130, stages: 2 },
    // As long as a real one: nobody shortens it.
    try: async (stage, _chance, told) => told("taken over", await takeOver(stage, children, null)),
  },
];

for (const { kind, seeds, try: attempt, ...walk } of hunts) {
  if (values.only !== undefined && values.only !== kind) continue;
  for (const seed of values.seed === undefined ? seeds : [Number(values.seed)]) {
    const from = performance.now();
    const world = await createWorld({ seed }, undefined, await copyDatabase(cluster.url));
    await throughStages(world, { seed, ...walk }, async (stage, chance) => {
      if (values.stage !== undefined && values.stage !== stage.name) return;
      await attempt(stage, chance, (where, tried) => note(kind, seed, stage.name, where, tried));
    });
    await world.close();
    const sofar = counts.get(kind);
    const seconds = ((performance.now() - from) / 1000).toFixed(0);
    say(`${kind}, seed ${seed}: ${seconds} s; so far ${sofar ? line(sofar) : "nothing"}`);
  }
}
await children.close();
await cluster.remove();

const total: Count = { points: 0, lost: 0, doubled: 0, misreported: 0 };
say("");
for (const [kind, count] of counts) {
  for (const what of ["points", "lost", "doubled", "misreported"] as const) total[what] += count[what];
  say(`${kind.padEnd(14)} ${line(count)}`);
}
say(`${"in all".padEnd(14)} ${line(total)}`);
say(`${((performance.now() - began) / 60_000).toFixed(1)} minutes`);
process.exitCode = total.points > 0 && total.lost + total.doubled + total.misreported === 0 ? 0 : 1;

function line({ points, lost, doubled, misreported }: Count): string {
  return `${points} points tried, ${lost} users lost, ${doubled} doubled, ${misreported} reports wrong`;
}
