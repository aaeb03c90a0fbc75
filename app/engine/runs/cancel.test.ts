import { expect, it } from "vitest";
import { expectNoDamage } from "~/engine/testing/damage";
import { describeStages } from "~/engine/testing/describe-stages";
import { cancelOnce } from "~/engine/testing/interruptions";
import { STAGE_NAMES } from "~/engine/testing/scenario";

// A small part of what `npm run hunt` tries after every step: e2e/hunt/kill.ts.

describeStages(STAGE_NAMES, { seed: 13, users: 120 }, (getStage) => {
  it("the next run makes up for a cancelled one, and does nothing twice", async () => {
    const stage = getStage();
    const steps = 1 + stage.createRandom(1).below(6);
    const attempt = await cancelOnce(stage, steps);
    expect(attempt.points).toBe(1);
    expectNoDamage(attempt, { steps });
  });
});
