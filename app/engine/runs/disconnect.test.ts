import { expect, it } from "vitest";
import { expectNoDamage } from "~/engine/testing/damage";
import { describeStages } from "~/engine/testing/describe-stages";
import { disconnectOnce } from "~/engine/testing/interruptions";
import { STAGE_NAMES } from "~/engine/testing/scenario";

// A small part of what `npm run hunt` tries at every statement: e2e/hunt/kill.ts.

describeStages(STAGE_NAMES, { seed: 11, users: 120 }, (getStage) => {
  it.each([3, 40])(
    "a process that loses its database at a statement from number %i on loses nothing and does nothing twice",
    async (from) => {
      const stage = getStage();
      const random = stage.createRandom(from);
      const nth = from + random.below(37);
      const side = random.pick(["before", "after"] as const);
      const attempt = await disconnectOnce(stage, { counts: "statements", nth, side });
      expect(attempt.points).toBe(1);
      expectNoDamage(attempt, { nth, side });
    },
  );
});
