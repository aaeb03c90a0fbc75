import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { copyDatabase } from "~/db/testing";
import { type Cluster, startCluster } from "~/db/testing-cluster";
import { createWorld, type World } from "./testing";
import { type Children, openChildren } from "./testing-children";
import { crashPostgres, takeOver } from "./testing-crashes";
import { killAtCommits, killAtRandom } from "./testing-kills";
import { throughStages } from "./testing-stages";
import { expectNoDamage } from "./testing-trial";

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

it("processes that are killed one after another at their commits lose nothing and do nothing twice", async () => {
  await throughStages(world, { seed: 21, many: 230 }, async (stage, chance) => {
    const tried = await killAtCommits(stage, children, chance);
    expect(tried.points).toBeGreaterThan(0);
    expectNoDamage(tried, "seed 21", stage.name);
  });
}, 180_000);

it("nor do two and a worker of which one is killed again and again, while Stripe refuses and clocks are wrong", async () => {
  await throughStages(world, { seed: 22, many: 130, fillers: 8_500 }, async (stage, chance) => {
    if (stage.name !== "full pass") return;
    const weather = { stripe: "refuses", processes: 2, workers: 1, clocks: "wrong" } as const;
    expectNoDamage(await killAtRandom(stage, children, chance, { ...weather, kills: 4 }), "seed 22", weather);
  });
}, 180_000);

it("nor do processes whose PostgreSQL crashes", async () => {
  const own = await startCluster();
  cluster = own;
  await world.close();
  world = await createWorld({}, undefined, await copyDatabase(own.url));
  await throughStages(world, { seed: 23, many: 130 }, async (stage, chance) => {
    if (stage.name === "full pass") return;
    const tried = await crashPostgres(stage, children, chance, { cluster: own, crashes: 2 });
    expectNoDamage(tried, "seed 23", stage.name);
  });
}, 180_000);

it("another process takes a run over by itself when the lease of the dead one runs out", async () => {
  await throughStages(world, { seed: 24, many: 130 }, async (stage) => {
    if (stage.name === "first pass")
      expectNoDamage(await takeOver(stage, children, 1), "seed 24", stage.name);
  });
}, 180_000);
