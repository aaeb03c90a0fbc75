import { expect, it } from "vitest";
import { playSchedule } from "./testing/schedule";

// A small part of what `npm run hunt` tries: e2e/hunt/order.ts.
it.each([2])(
  "the end is what Stripe last had, and no payer lost access on the way (seed %i)",
  async (seed) => {
    const { problems } = await playSchedule({ seed, users: 8, steps: 30 });
    expect(problems).toEqual([]);
  },
);
