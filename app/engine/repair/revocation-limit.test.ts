import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Actor } from "~/engine/account/actor";
import {
  addPayingUser,
  CRON,
  createWorld,
  readAccess,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** Users who had access and have canceled: each is to be revoked. */
async function addCanceled(many: number): Promise<string[]> {
  const ids = [...Array(many).keys()].map((n) => `user${n}`);
  const made: string[] = [];
  for (const id of ids) made.push((await addPayingUser(world, id)).subscriptionId);
  await syncAll(world.parity, "staff");
  for (const id of made) world.sandbox.subscriptions.cancel(id);
  return ids;
}

/** Users with access that these tests do not check. */
async function addOthers(many: number) {
  await world.db.$executeRaw`
    INSERT INTO app."User" (id, email) SELECT 'other' || n, 'other' || n || '@example.com'
    FROM generate_series(1, ${many}::int) n`;
  await world.db.$executeRaw`
    INSERT INTO app."Workspace" ("ownerId", name, status, soldiers) SELECT 'other' || n, 'W', 'active', 1
    FROM generate_series(1, ${many}::int) n`;
}

const revoked = () => world.db.change.count({ where: { revokes: true } });
const sync = (userId: string, kind: Actor["kind"], parity = world.parity) =>
  parity.syncUser({ userId, actor: { kind, id: null } });

describe("the revocation limit", () => {
  it("allows two revocations of a few users in 24 hours; the others are pending, in the next run too", async () => {
    await addCanceled(5);
    const run = await syncAll(world.parity);
    expect(run).toMatchObject({ state: "done", synced: 2, review: 3, failed: 0 });
    expect(await revoked()).toBe(2);
    expect(await world.db.syncStatus.count({ where: { blocked: "revocation_limit" } })).toBe(3);
    expect(await syncAll(world.parity)).toMatchObject({ synced: 0, skipped: 2, review: 3 });
    expect(await revoked()).toBe(2);
  });

  it("counts all sources except staff together, and allows 2 % if that is more", async () => {
    const ids = await addCanceled(5);
    await addOthers(145);
    const kinds: Actor["kind"][] = ["cron", "workspace", "webhook", "command_line", "checkout"];
    const outcomes: (string | undefined)[] = [];
    for (const [at, kind] of kinds.entries()) outcomes.push((await sync(ids[at] ?? "", kind))?.outcome);
    expect(outcomes).toEqual(["synced", "synced", "synced", "blocked", "blocked"]);
    expect(await sync(ids[3] ?? "", "staff")).toMatchObject({ outcome: "synced" });
    expect(await sync(ids[4] ?? "", "cron")).toMatchObject({ outcome: "blocked" });
    expect(await readAccess(world, ids[4] ?? "")).toBe("active 5");
  });

  it("holds with two processes that revoke at the same time", async () => {
    const ids = await addCanceled(8);
    const second = world.another();
    // Evaluated and read once: what is left is to write, all at once.
    await world.parity.settings.set({ writeMode: "grant_only" }, STAFF);
    for (const id of ids) await sync(id, "workspace");
    await world.parity.settings.set({ writeMode: "full" }, STAFF);
    const outcomes = await Promise.all(
      ids.map((id, at) => sync(id, "workspace", at % 2 ? second : world.parity)),
    );
    expect(outcomes.map((one) => one?.outcome).sort()).toEqual([
      ...Array(6).fill("blocked"),
      ...Array(2).fill("synced"),
    ]);
    expect(await revoked()).toBe(2);
  });

  it("has room again a day later", async () => {
    const ids = await addCanceled(3);
    await syncAll(world.parity);
    await world.db.$executeRaw`ALTER TABLE parity."Change" DISABLE TRIGGER "Change_append_only"`;
    await world.db.$executeRaw`UPDATE parity."Change" SET "createdAt" = "createdAt" - interval '25 hours'`;
    expect(await syncAll(world.parity)).toMatchObject({ synced: 1, review: 0 });
    expect(ids).toHaveLength(await revoked());
  });

  it("does not stop grants, nor ask Stripe about revocations that stay pending anyway", async () => {
    await addCanceled(4);
    await syncAll(world.parity);
    await addPayingUser(world, "ada");
    world.sandbox.requests.clear();
    const run = await syncAll(world.parity);
    expect(run).toMatchObject({ synced: 1, review: 2 });
    // One page of the list, and the sessions since the last run: no customer by itself.
    const asked = world.sandbox.requests.list().map(({ endpoint }) => endpoint);
    expect(asked).toEqual(["GET /v1/subscriptions", "GET /v1/events"]);
  });

  it("follows the setting, also when it allows no automatic revocation", async () => {
    await addCanceled(2);
    await world.parity.settings.set({ revocationLimitMinimum: 0, revocationLimitPercent: 0 }, STAFF);
    expect(await syncAll(world.parity)).toMatchObject({ synced: 0, review: 2 });
    expect(await world.parity.syncUser({ userId: "user0", actor: CRON })).toMatchObject({
      outcome: "blocked",
    });
  });
});
