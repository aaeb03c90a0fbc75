import { afterEach, beforeEach, it } from "vitest";
import { cancelOnce, severOnce, stallOnce } from "~/engine/testing/kills";
import { throughStages } from "~/engine/testing/stages";
import { expectNoDamage } from "~/engine/testing/trial";
import { createWorld, type World } from "~/engine/testing/world";

// A slice of what `npm run hunt` tries everywhere: e2e/hunt/kill.ts.

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const SEED = 11;

it("whoever is gone, asleep or cancelled at any point of a run: nothing is lost, and nothing done twice", async () => {
  await throughStages(world, { seed: SEED, many: 120 }, async (stage, chance) => {
    const label = `seed ${SEED}, ${stage.name}`;
    for (const from of [3, 40]) {
      const cut = { nth: from + chance.below(37), side: chance.pick(["before", "after"] as const) };
      expectNoDamage(await severOnce(stage, { counts: "statements", ...cut }), label, cut);
    }
    for (const from of [4, 40]) {
      const [nth, pieces] = [from + chance.below(36), chance.pick([1, 3, 100])];
      expectNoDamage(await stallOnce(stage, nth, pieces), label, { nth, pieces });
    }
    const pieces = 1 + chance.below(6);
    expectNoDamage(await cancelOnce(stage, pieces), label, { pieces });
  });
}, 120_000);
