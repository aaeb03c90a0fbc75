import { afterEach, beforeEach, it } from "vitest";
import { createWorld, type World } from "./testing";
import { cancelOnce, severOnce, stallOnce } from "./testing-kills";
import { type Stage, throughStages } from "./testing-stages";
import { expectNoDamage } from "./testing-trial";

// A slice of what `npm run hunt` tries everywhere: e2e/hunt/kill.ts.

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const SEED = 11;
const through = (onStage: Parameters<typeof throughStages>[2]) =>
  throughStages(world, { seed: SEED, many: 130 }, onStage);
const label = ({ name }: Stage) => `seed ${SEED}, ${name}`;

it("a process that is gone after any statement, done or not, leaves nothing lost and nothing done twice", async () => {
  await through(async (stage, chance) => {
    for (const from of [3, 25, 50, 75]) {
      const cut = { nth: from + chance.below(25), side: chance.pick(["before", "after"] as const) };
      expectNoDamage(await severOnce(stage, { counts: "statements", ...cut }), label(stage), cut);
    }
  });
}, 120_000);

it("a process that sleeps through its lease does no harm when it wakes, whatever others have done", async () => {
  await through(async (stage, chance) => {
    for (const from of [4, 34, 68]) {
      const [nth, pieces] = [from + chance.below(34), chance.pick([1, 3, 100])];
      expectNoDamage(await stallOnce(stage, nth, pieces), label(stage), { nth, pieces });
    }
  });
}, 120_000);

it("a run that is cancelled in any phase leaves what the next run makes up for", async () => {
  await through(async (stage, chance) => {
    for (const from of [1, 4]) {
      const pieces = from + chance.below(3);
      expectNoDamage(await cancelOnce(stage, pieces), label(stage), { pieces });
    }
  });
}, 120_000);
