import { afterAll, beforeAll, expect, it } from "vitest";
import { type ChildProcesses, openChildProcesses } from "~/engine/testing/child-processes";
import { expectNoDamage } from "~/engine/testing/damage";
import { describeStages } from "~/engine/testing/describe-stages";
import { killAtCommits, killAtRandom } from "~/engine/testing/interruptions";
import { takeOver } from "~/engine/testing/postgres-crashes";

// Processes killed with SIGKILL: a small part of what `npm run hunt` tries, e2e/hunt/kill.ts.

let children: ChildProcesses;
beforeAll(async () => {
  children = await openChildProcesses();
});
afterAll(() => children.close());

const SCENARIO = { seed: 21, users: 130 };

describeStages(["first run", "incremental run"], SCENARIO, (getStage) => {
  it.each([6, 10])(
    "processes killed at their commits, first at one from number %i on, lose nothing and do nothing twice",
    async (firstCommit) => {
      const stage = getStage();
      const random = stage.createRandom(firstCommit);
      const attempt = await killAtCommits(stage, children, random, { firstCommit, kills: 3 });
      expect(attempt.points).toBeGreaterThan(0);
      expectNoDamage(attempt);
    },
  );
});

describeStages(["incremental run"], SCENARIO, (getStage) => {
  it("another process takes a run over when the lease of a killed one expires", async () => {
    expectNoDamage(await takeOver(getStage(), children, 1));
  });
});

describeStages(["full run"], SCENARIO, (getStage) => {
  it("processes killed at random moments beside another one lose nothing and do nothing twice", async () => {
    const stage = getStage();
    const conditions = { stripe: "rate limits", processes: 2, workers: 0, clocks: "wrong" } as const;
    const random = stage.createRandom(0);
    expectNoDamage(await killAtRandom(stage, children, random, { ...conditions, kills: 3 }), conditions);
  });
});
