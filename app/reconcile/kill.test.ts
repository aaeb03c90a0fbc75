import { afterEach, beforeEach, expect, it } from "vitest";
import { createWorld, type World } from "./testing";
import { cancelOnce } from "./testing-kills";
import { throughStages } from "./testing-stages";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => { await world.close(); });

it("probe", async () => {
  await throughStages(world, { seed: 1, many: 140 }, async (stage) => {
    process.stdout.write(`${stage.name} ${stage.calmMs} ${JSON.stringify({ ...stage.expected.run, users: 0 })}\n`);
    for (let nth = 1; nth < 40; nth += 1) {
      const t = performance.now();
      const tried = await cancelOnce(stage, nth);
      process.stdout.write(`cancel ${nth} ${JSON.stringify(tried).slice(0, 1500)} ${performance.now() - t}\n`);
      if (tried.points === 0) break;
    }
  });
  expect(1).toBe(1);
}, 600_000);
