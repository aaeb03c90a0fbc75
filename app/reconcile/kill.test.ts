import { afterEach, beforeEach, expect, it } from "vitest";
import { createWorld, type World } from "./testing";
import { severOnce } from "./testing-kills";
import { throughStages } from "./testing-stages";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

it("probe", async () => {
  await throughStages(world, { seed: 1, many: 240 }, async (stage) => {
    const t = performance.now();
    process.stdout.write(`${stage.name} ${stage.calmMs} ${JSON.stringify({ ...stage.expected.run, users: 0, standings: 0 })} users ${stage.expected.users.size} changes ${[...stage.expected.users.values()].reduce((s, u) => s + u.changes.length, 0)}\n`);
    const verdicts = new Map<string, number>();
    for (const s of stage.expected.run.standings as { verdict: string; withheld: string }[]) verdicts.set(`${s.verdict}/${s.withheld}`, 1 + (verdicts.get(`${s.verdict}/${s.withheld}`) ?? 0));
    process.stdout.write(`${JSON.stringify([...verdicts])}\n`);
    for (const nth of [100000, 10, 30, 50]) {
      const tried = await severOnce(stage, { counts: "statements", nth, side: "after" });
      process.stdout.write(`${nth} ${JSON.stringify(tried).slice(0, 1500)} ${performance.now() - t}\n`);
    }
  });
  expect(1).toBe(1);
}, 600_000);
