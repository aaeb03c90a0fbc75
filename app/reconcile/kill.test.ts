import { afterEach, beforeEach, expect, it } from "vitest";
import { createWorld, type World } from "./testing";
import { openChildren, type Children } from "./testing-children";
import { killAtCommits, killAtRandom } from "./testing-kills";
import { throughStages } from "./testing-stages";

let world: World;
let children: Children;
beforeEach(async () => {
  world = await createWorld();
  const t = performance.now();
  children = await openChildren();
  process.stdout.write(`bundle ${performance.now() - t}\n`);
});
afterEach(async () => { await children.close(); await world.close(); });

it("probe", async () => {
  await throughStages(world, { seed: 1, many: 240 }, async (stage, chance) => {
    let t = performance.now();
    process.stdout.write(`${stage.name} ${stage.calmMs}\n`);
    let tried = await killAtCommits(stage, children, chance);
    process.stdout.write(`${JSON.stringify(tried).slice(0, 1500)} ${performance.now() - t}\n`);
    t = performance.now();
    for (const weather of [
      { stripe: "calm", processes: 1, workers: 0, clocks: "right" },
      { stripe: "refuses", processes: 2, workers: 0, clocks: "right" },
      { stripe: "calm", processes: 2, workers: 1, clocks: "wrong" },
      { stripe: "hangs", processes: 1, workers: 0, clocks: "right" },
      { stripe: "breaks off", processes: 1, workers: 0, clocks: "right" },
      ] as const) {
    tried = await killAtRandom(stage, children, chance, { ...weather, kills: 4 });
    process.stdout.write(`${JSON.stringify(weather)} ${JSON.stringify(tried).slice(0, 2500)} ${performance.now() - t}\n`);
    }
  });
  expect(1).toBe(1);
}, 600_000);
