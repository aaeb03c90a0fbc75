import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type Children, openChildren } from "~/engine/testing/children";
import { crashPostgres, takeOver } from "~/engine/testing/crashes";
import { killAtCommits, killAtRandom } from "~/engine/testing/kills";
import { throughStages } from "~/engine/testing/stages";
import { expectNoDamage } from "~/engine/testing/trial";
import { createWorld, type World } from "~/engine/testing/world";
import { type Cluster, startCluster } from "~/platform/testing/cluster";
import { copyDatabase } from "~/platform/testing/database";

// Processes that are killed with SIGKILL: a slice of what `npm run hunt` tries everywhere, e2e/hunt/kill.ts.

let children: Children;
let world: World;
let cluster: Cluster | null = null;

beforeAll(async () => {
  children = await openChildren();
});
afterAll(() => children.close());
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  await world.close();
  await cluster?.remove();
  cluster = null;
});

it("killed processes lose nothing and do nothing twice: at their commits, at any moment beside another, or for good", async () => {
  await throughStages(world, { seed: 21, many: 130 }, async (stage, chance) => {
    const label = `seed 21, ${stage.name}`;
    if (stage.name === "full pass") {
      const weather = { stripe: "refuses", processes: 2, workers: 0, clocks: "wrong" } as const;
      expectNoDamage(await killAtRandom(stage, children, chance, { ...weather, kills: 3 }), label, weather);
      return;
    }
    const tried = await killAtCommits(stage, children, chance);
    expect(tried.points).toBeGreaterThan(0);
    expectNoDamage(tried, label, "at commits");
    // The second process is told nothing, and the lease of the first one has to run out.
    if (stage.name === "incremental") expectNoDamage(await takeOver(stage, children, 1), label, "taken over");
  });
}, 180_000);

it("processes whose PostgreSQL crashes lose nothing and do nothing twice", async () => {
  const own = await startCluster();
  cluster = own;
  const ground = await createWorld({}, undefined, await copyDatabase(own.url));
  await throughStages(ground, { seed: 22, many: 130, stages: 1 }, async (stage, chance) => {
    const tried = await crashPostgres(stage, children, chance, { cluster: own, crashes: 2 });
    expectNoDamage(tried, "seed 22", stage.name);
  });
  await ground.close();
}, 180_000);
