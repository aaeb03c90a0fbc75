import { expect, it } from "vitest";
import { expectNoDamage } from "~/engine/testing/damage";
import { describeStages } from "~/engine/testing/describe-stages";
import { stallOnce } from "~/engine/testing/interruptions";
import { STAGE_NAMES } from "~/engine/testing/scenario";

// A small part of what `npm run hunt` tries at every statement: e2e/hunt/kill.ts.

describeStages(STAGE_NAMES, { seed: 12, users: 120 }, (getStage) => {
  it.each([4, 40])(
    "a process that sleeps longer than its lease at a statement from number %i on loses nothing and does nothing twice",
    async (from) => {
      const stage = getStage();
      const random = stage.createRandom(from);
      const nth = from + random.below(36);
      const steps = random.pick([1, 3, 100]);
      const attempt = await stallOnce(stage, nth, steps);
      expect(attempt.points).toBe(1);
      expectNoDamage(attempt, { nth, steps });
    },
  );
});
