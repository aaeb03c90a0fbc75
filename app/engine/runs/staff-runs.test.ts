import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fingerprintMismatches } from "~/billing/mismatches";
import { describeStripeState } from "~/billing/stripe-state";
import { loadCustomers } from "~/engine/evaluate/load-customers.server";
import { NOTHING_LEFT_OUT } from "~/engine/repair/runs.server";
import {
  addPayingUser,
  addSyncedUser,
  createWorld,
  readAccess,
  runToEnd,
  type World,
} from "~/engine/testing/world";
import { buildGroupKey } from "./run-groups";

// One world: what staff leave out, hold and acknowledge is tried beside what they apply.

let world: World;
const staff = { kind: "staff", id: "s1" } as const;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

async function preview() {
  const run = await world.parity.runs.preview({ actor: staff, readStripe: true });
  await runToEnd(world.parity, run.id);
  return loadPage(run.id, NOTHING_LEFT_OUT);
}

async function loadPage(runId: string, leftOut = NOTHING_LEFT_OUT, group?: string) {
  const page = await world.parity.runs.page({ runId, limit: 50, leftOut, group });
  if (!page) throw new Error("There is no such run");
  return page;
}

const listOutcomes = (page: Awaited<ReturnType<typeof loadPage>>) =>
  Object.fromEntries(page.users.map(({ userId, outcome, reason }) => [userId, reason ?? outcome]));

async function select(...userIds: string[]): Promise<string> {
  const { id } = await world.db.selection.create({
    data: { staffId: "s1", users: { create: userIds.map((userId) => ({ userId })) } },
  });
  return id;
}

describe("a sync of all users by staff", () => {
  beforeAll(async () => {
    for (const id of ["ada", "bob", "gus"]) await addPayingUser(world, id);
    for (const id of ["cyd", "dan"]) {
      const { subscriptionId } = await addSyncedUser(world, id);
      world.sandbox.subscriptions.cancel(subscriptionId);
    }
    const { customerId } = await addPayingUser(world, "held");
    await addPayingUser(world, "noted");
    await preview();
    const known = await loadCustomers(world.db, [customerId]);
    const stripeState = describeStripeState(known.get(customerId)?.subscriptions ?? []);
    await world.db.hold.create({
      data: { userId: "held", reason: "payment disputed", actor: "s1", stripeState },
    });
    const noted = await world.parity.userPage("noted");
    const mismatches = fingerprintMismatches(noted?.user.mismatches ?? []);
    await world.db.acknowledgement.create({
      data: { userId: "noted", mismatches, reason: "moved by hand", actor: "s1" },
    });
  });

  it("says before it is applied who loses access and for what money, and respects holds and acknowledgements", async () => {
    const page = await preview();
    expect(page.plan).toEqual({
      users: 5,
      grants: { users: 3, money: [{ currency: "usd", perMonth: 5_001 }] },
      revocations: { users: 2, money: [{ currency: "usd", perMonth: 3_334 }], taken: ["access"] },
    });
    expect(page.groups[0]).toMatchObject({ verdict: "unpaid_access", revokes: true, users: 2 });
    expect(listOutcomes(page)).toMatchObject({ held: "on_hold", noted: "acknowledged", ada: "intended" });
    expect(page.users.find(({ userId }) => userId === "ada")?.changes).toContainEqual({
      label: "Plan",
      before: "none",
      after: "army",
    });
  });

  it("writes nothing for the groups and users that are left out, and says so", async () => {
    const { run } = await preview();
    const leftOut = {
      groups: [buildGroupKey({ verdict: "unpaid_access", outcome: "intended", revokes: true, reason: null })],
      userIds: ["bob"],
    };
    expect((await loadPage(run.id, leftOut)).plan).toMatchObject({ users: 2, revocations: { users: 0 } });
    // Released after the preview, which promised that nothing would be changed.
    await world.db.hold.updateMany({ data: { releasedAt: new Date() } });
    const applied = await world.parity.runs.apply({
      actor: staff,
      previewRunId: run.id,
      leftOut,
      name: "Paid ones",
    });
    await runToEnd(world.parity, applied.run.id);
    const page = await loadPage(applied.run.id);
    expect(page.run).toMatchObject({ state: "done", name: "Paid ones", synced: 2, total: 7 });
    expect(listOutcomes(page)).toEqual({
      ada: "synced",
      gus: "synced",
      bob: "left_out",
      cyd: "left_out",
      dan: "left_out",
      held: "changed_since_preview",
      noted: "acknowledged",
    });
    for (const id of ["bob", "held", "noted"]) expect(await readAccess(world, id)).toBe("locked 0");
    for (const id of ["cyd", "dan", "ada"]) expect(await readAccess(world, id)).toBe("active 5");
    expect(page.users.find(({ userId }) => userId === "gus")).toMatchObject({
      changedAt: expect.any(Number),
      changes: expect.arrayContaining([{ label: "Soldiers", before: "0", after: "5" }]),
    });
  });

  it("keeps the typed reason with each revocation", async () => {
    const { run } = await preview();
    const applied = await world.parity.runs.apply({
      actor: staff,
      previewRunId: run.id,
      leftOut: { groups: [], userIds: ["cyd"] },
      typedReason: "ended in May",
    });
    await runToEnd(world.parity, applied.run.id);
    expect(await readAccess(world, "dan")).toBe("locked 0");
    expect(await readAccess(world, "cyd")).toBe("active 5");
    const changes = await world.db.change.findMany({ where: { runId: applied.run.id, revokes: true } });
    expect(changes).toMatchObject([{ userId: "dan", reason: "ended in May" }]);
  });
});

describe("a sync of selected users", () => {
  it("reads and writes only these, and nothing that was not previewed", async () => {
    for (const id of ["one", "two", "three", "four"]) await addPayingUser(world, id);
    await preview();
    const selectionId = await select("one", "two", "three");
    const started = await world.parity.runs.previewSelection({ actor: staff, selectionId });
    await runToEnd(world.parity, started.id);
    const page = await loadPage(started.id);
    expect(page.run).toMatchObject({ mode: "preview", scope: "selection", state: "done", total: 3 });
    expect(page.plan).toMatchObject({ users: 3 });
    // Changed by the application after the preview.
    await world.db.workspace.updateMany({ where: { ownerId: "two" }, data: { seats: 1 } });
    world.sandbox.requests.clear();
    const applied = await world.parity.runs.apply({
      actor: staff,
      previewRunId: started.id,
      leftOut: { groups: [], userIds: ["three"] },
    });
    await runToEnd(world.parity, applied.run.id);
    const result = await loadPage(applied.run.id);
    expect(result.run).toMatchObject({ scope: "selection", state: "done", total: 3, synced: 1, review: 2 });
    expect(listOutcomes(result)).toEqual({
      one: "synced",
      two: "changed_since_preview",
      three: "left_out",
    });
    expect(await readAccess(world, "one")).toBe("active 5");
    expect(await readAccess(world, "four")).toBe("locked 0");
    expect(world.sandbox.requests.list({ endpoint: "GET /v1/subscriptions" })).toHaveLength(2);
  });
});

describe("a run that is canceled", () => {
  it("names who did it, and how many users it did not reach", async () => {
    await world.db.staff.create({ data: { id: "s1", name: "Ada", email: "ada@example.com" } });
    const { run } = await world.parity.runs.apply({ actor: staff });
    await world.parity.runs.cancel(run.id, "s1");
    await runToEnd(world.parity, run.id);
    const { run: canceled } = await loadPage(run.id);
    expect(canceled).toMatchObject({
      state: "cancelled",
      reason: "Canceled by Ada (staff).",
      unreached: canceled.total,
    });
  });
});

describe("a sync of one user", () => {
  it("has a page that shows this user, before and after", async () => {
    const result = await world.parity.syncUser({ userId: "four", actor: staff });
    const page = await loadPage(result?.runId ?? "");
    expect(page.run.scope).toBe("one");
    expect(page.groups).toMatchObject([{ outcome: "synced", users: 1, sentence: "1 user got access." }]);
    expect(page.users).toMatchObject([
      {
        userId: "four",
        email: "four@example.com",
        changes: expect.arrayContaining([{ label: "Workspace", before: "locked", after: "active" }]),
      },
    ]);
  });
});
