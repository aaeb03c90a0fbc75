import { expect, it } from "vitest";
import { expectNoDamage } from "~/engine/testing/damage";
import { describeStages } from "~/engine/testing/describe-stages";
import { cancelOnce, disconnectOnce, stallOnce } from "~/engine/testing/interruptions";
import { STAGE_NAMES } from "~/engine/testing/scenario";

// One point of each kind in each stage. `npm run hunt` tries every statement and every step: e2e/hunt/kill.ts.

describeStages(STAGE_NAMES, { seed: 11, users: 24 }, (getStage) => {
  it("a process that loses its database at a statement loses nothing and does nothing twice", async () => {
    const random = getStage().createRandom(1);
    const [nth, side] = [3 + random.below(70), random.pick(["before", "after"] as const)];
    const attempt = await disconnectOnce(getStage(), { counts: "statements", nth, side });
    expect(attempt.points).toBe(1);
    expectNoDamage(attempt, { nth, side });
  });

  it("a process that sleeps longer than its lease at a statement loses nothing and does nothing twice", async () => {
    const random = getStage().createRandom(2);
    const [nth, steps] = [4 + random.below(50), random.pick([1, 3, 100])];
    const attempt = await stallOnce(getStage(), nth, steps);
    expect(attempt.points).toBe(1);
    expectNoDamage(attempt, { nth, steps });
  });

  it("the next run makes up for a cancelled one, and does nothing twice", async () => {
    const steps = 1 + getStage().createRandom(3).below(4);
    const attempt = await cancelOnce(getStage(), steps);
    expect(attempt.points).toBe(1);
    expectNoDamage(attempt, { steps });
  });
});
