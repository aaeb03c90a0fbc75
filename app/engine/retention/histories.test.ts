import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PATIENT, withRuns } from "~/billing/testing/arbitraries";
import { ADMIN, addStaff, toRequest } from "~/dashboard/decisions/testing/deciding";
import {
  addSyncedUser,
  CRON,
  createWorld,
  STAFF,
  syncAll,
  WORKSPACE,
  type World,
} from "~/engine/testing/world";
import { age } from "./testing/age";
import { look } from "./testing/look";

const USERS = ["ada", "bob", "cyd"] as const;

let world: World;
const subscriptions = new Map<string, string>();
const canceled = new Set<string>();
beforeAll(async () => {
  world = await createWorld();
  await addStaff(world);
  for (const id of USERS) subscriptions.set(id, (await addSyncedUser(world, id)).subscriptionId);
});
afterAll(() => world.close());

const user = fc.constantFrom(...USERS);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant("lock" as const), user }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("cancel" as const), user }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom("run", "preview", "undo", "unhold") }) },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constantFrom("comp", "end_comp", "hold", "acknowledge"), user }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant("age" as const), days: fc.integer({ min: 20, max: 250 }) }),
  },
);
const lives = fc.record({
  keepRunsDays: fc.integer({ min: 90, max: 400 }),
  keepEventsDays: fc.integer({ min: 35, max: 200 }),
  keepAuditDays: fc.option(fc.integer({ min: 365, max: 700 })),
});
/** A part of a history, and the lives with which it is cleaned. */
const part = fc.record({
  steps: fc.array(step, { minLength: 5, maxLength: 9 }),
  lives,
  rowsAtOnce: fc.constantFrom(1, 3, 2_000),
});

type Step = typeof step extends fc.Arbitrary<infer Made> ? Made : never;

async function take(one: Step): Promise<void> {
  const { db, parity, sandbox } = world;
  // What is refused is a part of life: a comp that there is already, a change that nothing is left of.
  const decide = (kind: Parameters<typeof toRequest>[0], input: unknown) =>
    parity.decisions.decide(toRequest(kind, input, ADMIN));
  if ("days" in one) return age(db, one.days);
  const userId = "user" in one ? one.user : null;
  switch (one.does) {
    case "lock":
      await db.$executeRaw`UPDATE app."Workspace" SET status = 'locked', soldiers = 0 WHERE "ownerId" = ${userId}`;
      await parity.syncUser({ userId: userId ?? "", actor: WORKSPACE });
      return;
    case "cancel": {
      const id = subscriptions.get(userId ?? "") ?? "";
      if (!canceled.has(id)) sandbox.subscriptions.cancel(id);
      canceled.add(id);
      await syncAll(parity);
      return;
    }
    case "run":
      await syncAll(parity);
      return;
    case "preview": {
      const { id } = await parity.runs.preview({ actor: STAFF, readStripe: false });
      for (let left = true; left; ) left = (await parity.runs.step(id, 30_000)).state === "running";
      return;
    }
    case "undo": {
      const last = await db.change.findFirst({ orderBy: { id: "desc" } });
      if (last) await decide("undo_change", { changeId: String(last.id) });
      return;
    }
    case "comp":
      await decide("give_comp", {
        userId,
        planId: "starter",
        until: new Date(Date.now() + 86_400_000 * 30).toISOString().slice(0, 10),
      });
      return;
    case "end_comp":
      await decide("end_comp", { userId });
      return;
    case "hold":
      await decide("hold", { userId });
      return;
    case "unhold":
      for (const id of USERS) await decide("release", { userId: id });
      return;
    case "acknowledge":
      await decide("acknowledge", { userId });
  }
}

it(
  "of any history, cleaned at any moment with any lives, everything within its life looks the same, and a second cleaning removes nothing",
  async () => {
    let removed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 2, maxLength: 3 }), async (parts) => {
        for (const { steps, lives: set, rowsAtOnce } of parts) {
          await world.parity.settings.set(set, STAFF);
          for (const one of steps) await take(one);
          await age(world.db, 30);
          const before = await look(world);
          const planned = await world.parity.cleaner.preview();

          const cleaned = await world.parity.cleaner.clean({ actor: CRON, rowsAtOnce });

          expect(cleaned.done).toBe(true);
          expect(cleaned.removed).toEqual(planned.removed);
          // The entry that the cleaning itself leaves in the audit.
          const after = await look(world);
          after.activity.entries = after.activity.entries.filter(
            ({ title, key }: { title: string; key: string }) =>
              title !== "Audit cleaned" ||
              before.activity.entries.some((entry: { key: string }) => entry.key === key),
          );
          expect(after).toEqual(before);
          const again = await world.parity.cleaner.clean({ actor: CRON });
          expect(again.removed.filter(({ rows }) => rows > 0)).toEqual([]);
          removed += cleaned.removed.reduce((sum, { rows }) => sum + rows, 0);
        }
      }),
      { ...withRuns(2), endOnFailure: true },
    );
    expect(removed).toBeGreaterThan(0);
  },
  PATIENT.timeout,
);
