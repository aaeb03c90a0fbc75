import { afterAll, expect, it } from "vitest";
import { type ChildProcesses, openChildProcesses } from "~/engine/testing/child-processes";
import { expectNoDamage } from "~/engine/testing/damage";
import { describeStages } from "~/engine/testing/describe-stages";
import { killAtCommits, killAtRandom } from "~/engine/testing/interruptions";
import { crashPostgres, takeOver } from "~/engine/testing/postgres-crashes";
import { STAGE_NAMES } from "~/engine/testing/scenario";
import { createWorld } from "~/engine/testing/world";
import { type Cluster, startCluster } from "~/platform/testing/cluster";
import { copyDatabase } from "~/platform/testing/database";
import { findProgram } from "~/platform/testing/desk";

// Processes that end by SIGKILL, and a PostgreSQL that crashes: a small part of what `npm run hunt` tries, e2e/hunt/kill.ts.

type Means = { children: ChildProcesses; cluster: Cluster };
let means: Means | undefined;
const getMeans = () => means ?? expect.fail("nothing was opened");

async function openWorld() {
  const program = await findProgram("app/engine/testing/child-main.ts");
  const cluster = await startCluster();
  means = { cluster, children: openChildProcesses(program) };
  return createWorld({}, undefined, await copyDatabase(cluster.url));
}
afterAll(async () => {
  await means?.children.close();
  await means?.cluster.remove();
});

describeStages(STAGE_NAMES, { seed: 21, users: 24, openWorld }, (getStage, name) => {
  if (name !== "full run")
    it("processes killed at their commits lose nothing and do nothing twice", async () => {
      const random = getStage().createRandom(6);
      const attempt = await killAtCommits(getStage(), getMeans().children, random, { kills: 1 });
      expect(attempt.points).toBeGreaterThan(0);
      expectNoDamage(attempt);
    });

  if (name === "incremental run")
    it("another process takes a run over when the lease of a killed one expires", async () => {
      expectNoDamage(await takeOver(getStage(), getMeans().children, 1));
    });

  if (name === "full run") {
    it("processes killed at random moments beside another one lose nothing and do nothing twice", async () => {
      const conditions = { stripe: "rate limits", processes: 2, workers: 0, clocks: "wrong" } as const;
      const options = { ...conditions, kills: 1 };
      const random = getStage().createRandom(0);
      expectNoDamage(await killAtRandom(getStage(), getMeans().children, random, options), conditions);
    });

    it("processes whose PostgreSQL crashes lose nothing and do nothing twice", async () => {
      const { children, cluster } = getMeans();
      const random = getStage().createRandom(1);
      expectNoDamage(await crashPostgres(getStage(), children, random, { cluster, crashes: 1 }));
    });
  }
});
