import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PATIENT, withRuns } from "~/billing/testing/arbitraries";
import { applyFewChanges, applyManyChanges } from "~/engine/testing/changes-between-runs";
import { openInstallation, reconcileAll } from "~/engine/testing/installation";
import { addMixedUsers, type MixedUsers } from "~/engine/testing/mixed-users";
import { readOutcome } from "~/engine/testing/outcome";
import { readEndpoints, runUndisturbed } from "~/engine/testing/scenario";
import { createSeededRandom, type SeededRandom } from "~/engine/testing/seeded-random";
import { addManyPayingUsers, addUser, createWorld, syncAll, type World } from "~/engine/testing/world";
import { copyDatabase } from "~/platform/testing/database";
import { SHARES } from "./phases/settled-users.server";

const cron = async ({ parity }: World) => {
  const answer = await parity.runs.cron({ budgetMs: 30_000, scope: "full" });
  expect(answer).toMatchObject({ success: true, scope: "full" });
  return answer;
};

/** Marks every stored status: the mark is gone where the user was evaluated again. */
const markStatuses = ({ db }: World) => db.syncStatus.updateMany({ data: { fingerprint: "marked" } });
const listEvaluated = async ({ db }: World): Promise<string[]> => {
  const rows = await db.syncStatus.findMany({
    where: { NOT: { fingerprint: "marked" } },
    orderBy: { userId: "asc" },
  });
  return rows.map(({ userId }) => userId);
};

/** A bare reference to a customer, as a checkout of the application leaves it. */
const refer = ({ db }: World, userId: string, customerId: string) =>
  db.link.create({ data: { userId, customerId, source: "reference", actor: "checkout" } });

describe("a scheduled full run", () => {
  const USERS = 40;
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
    await addManyPayingUsers(world, USERS);
    await cron(world);
  });
  afterAll(() => world.close());

  /** The users that a run evaluates because it is their share's turn. */
  async function listShare(): Promise<string[]> {
    await markStatuses(world);
    expect(await cron(world)).toMatchObject({ total: USERS, skippedCount: USERS, syncedCount: 0 });
    return listEvaluated(world);
  }

  it("evaluates only a share of the settled users, another one each time, and counts all of them", async () => {
    const shares: string[][] = [];
    for (let n = 0; n < SHARES; n += 1) shares.push(await listShare());
    const all = shares.flat();
    expect(all.length).toBe(USERS);
    expect(new Set(all).size).toBe(USERS);
    expect(Math.max(...shares.map(({ length }) => length))).toBeLessThan(USERS / 2);
  });

  it("evaluates all users when a person asked for it, and after a change of the plans", async () => {
    await markStatuses(world);
    await syncAll(world.parity, "staff");
    expect((await listEvaluated(world)).length).toBe(USERS);
    await world.db.plan.update({ where: { id: "army" }, data: { name: "Grand army" } });
    await markStatuses(world);
    await cron(world);
    expect((await listEvaluated(world)).length).toBe(USERS);
  });

  it("evaluates the owner of a customer that another user's record names, who was evaluated without it, and who has a reference now", async () => {
    await addUser(world, { id: "other" });
    await cron(world);
    const { stripeCustomerId } = await world.db.user.findUniqueOrThrow({ where: { id: "user0001" } });
    await world.db.user.update({
      where: { id: "other" },
      data: { stripeCustomerId: ` ${stripeCustomerId}` },
    });
    const owner = await world.db.user.findUniqueOrThrow({ where: { id: "user0002" } });
    await refer(world, owner.id, owner.stripeCustomerId ?? "none");
    // What another user's record says is no drift of this one any more.
    await world.parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
    for (let n = 0; n < 2; n += 1) {
      await markStatuses(world);
      await world.parity.runs.cron({ budgetMs: 30_000, scope: "full" });
      expect(await listEvaluated(world)).toEqual(expect.arrayContaining(["other", "user0001", "user0002"]));
    }
  });
});

/** Links that cross: what one user's record or metadata say concerns another one, whose record does not change. */
async function entangle(world: World, { subscriptions, users }: MixedUsers, random: SeededRandom) {
  const { db, sandbox } = world;
  const [one, two, three, four] = random.sample(subscriptions, 4);
  const [free, other] = random.sample(users, 2);
  if (!one || !two || !three || !four || !free || !other) throw new Error("There are too few users");
  await db.user.update({ where: { id: free }, data: { stripeCustomerId: `${one.customerId} ` } });
  await db.user.update({ where: { id: other }, data: { email: ` ${two.userId}@example.com` } });
  sandbox.subscriptions.update(three.id, { metadata: { userId: random.pick(users) } });
  await refer(world, random.pick(users), four.customerId);
  await db.link.deleteMany({ where: { userId: random.pick(users) } });
  await db.user.updateMany({ where: { id: random.pick(users) }, data: { stripeCustomerId: null } });
}

/** What a run leaves behind, without when it was evaluated and by which run. */
async function readAll(world: World, { forget }: { forget: boolean }) {
  const copy = await copyDatabase(world.url);
  try {
    if (forget) await copy.db.cursor.deleteMany({ where: { key: "evaluated_context" } });
    const runId = await runUndisturbed(readEndpoints(world, copy.url), "full");
    const statuses = await copy.db.syncStatus.findMany({
      omit: { evaluatedAt: true, evaluatedVersion: true, observedAt: true, revocationVersion: true },
      orderBy: { userId: "asc" },
    });
    const hasLeftOut = await copy.db.cursor.count({ where: { key: "evaluated_share" } });
    return { hasLeftOut: hasLeftOut > 0, statuses, outcome: await readOutcome(copy.db, runId) };
  } finally {
    await copy.drop();
  }
}

it(
  "leaves nothing behind that evaluating all users would not, whatever has changed since",
  PATIENT,
  async () => {
    let leftOut = 0;
    for (let n = 0; n < withRuns(1).numRuns; n += 1) {
      const random = createSeededRandom(20261130 + n);
      const world = await createWorld();
      try {
        await world.db.setting.create({ data: { key: "revocationLimitMinimum", value: 10_000 } });
        const mixed = await addMixedUsers(world, random, 40);
        await addManyPayingUsers(world, 120, "settled");
        await cron(world);
        for (const change of [entangle, applyFewChanges, applyManyChanges]) {
          await change(world, mixed, random);
          if (change !== applyManyChanges) {
            // The changed users are evaluated one by one, or by an incremental run: the full run does not find them changed.
            const installation = openInstallation(readEndpoints(world, world.url));
            await reconcileAll(installation.parity, "incremental");
            await installation.close();
          }
          await world.db.$disconnect();
          const sparing = await readAll(world, { forget: false });
          const all = await readAll(world, { forget: true });
          expect(sparing.statuses).toEqual(all.statuses);
          expect(sparing.outcome).toEqual(all.outcome);
          if (sparing.hasLeftOut) leftOut += 1;
        }
      } finally {
        await world.close();
      }
    }
    expect(leftOut).toBeGreaterThan(0);
  },
);
