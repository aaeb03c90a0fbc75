import { afterAll, beforeAll, it } from "vitest";
import { type ChildProcesses, openChildProcesses } from "~/engine/testing/child-processes";
import { expectNoDamage } from "~/engine/testing/damage";
import { describeStages } from "~/engine/testing/describe-stages";
import { crashPostgres } from "~/engine/testing/postgres-crashes";
import { createWorld } from "~/engine/testing/world";
import { type Cluster, startCluster } from "~/platform/testing/cluster";
import { copyDatabase } from "~/platform/testing/database";

// A small part of what `npm run hunt` tries: e2e/hunt/kill.ts.

let children: ChildProcesses;
let cluster: Cluster;
beforeAll(async () => {
  [children, cluster] = await Promise.all([openChildProcesses(), startCluster()]);
});
afterAll(async () => {
  await children.close();
  await cluster.remove();
});

const openWorld = async () => createWorld({}, undefined, await copyDatabase(cluster.url));

describeStages(["first run"], { seed: 22, users: 130, openWorld }, (getStage) => {
  it("processes whose PostgreSQL crashes lose nothing and do nothing twice", async () => {
    const stage = getStage();
    expectNoDamage(await crashPostgres(stage, children, stage.createRandom(0), { cluster, crashes: 2 }));
  });
});
