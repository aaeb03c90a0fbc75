import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeStripeState } from "~/billing/stripe-state";
import { loadCustomers } from "./evaluate/load-customers.server";
import {
  addPayingUser,
  addSyncedUser,
  addUser,
  CRON,
  createWorld,
  readAccess,
  STAFF,
  syncAll,
  WORKSPACE,
  type World,
} from "./testing/world";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const setWriteMode = (writeMode: "off" | "grant_only" | "full") =>
  world.parity.settings.set({ writeMode }, STAFF);
/** What an admin decides in the dialog that removes access. */
const approve = (kind: "revoke" | "override", reason: string) =>
  world.parity.decisions.decide({
    ...{ kind, reason, input: { userId: "ada" } },
    by: { actor: STAFF, role: "admin" },
  });
const toSyncStatus = (userId: string) => world.db.syncStatus.findUniqueOrThrow({ where: { userId } });
const listOutcomes = async (runId: string) => {
  const page = await world.parity.runs.page({ runId, limit: 50 });
  return Object.fromEntries(
    page?.users.map(({ userId, outcome, reason }) => [userId, [outcome, reason]]) ?? [],
  );
};

describe("write mode off", () => {
  it.each([STAFF, CRON, WORKSPACE])("nothing is written, not even for $kind", async (actor) => {
    await addPayingUser(world, "ada");
    await setWriteMode("off");
    expect(await world.parity.syncUser({ userId: "ada", actor })).toMatchObject({ outcome: "blocked" });
    expect(await readAccess(world, "ada")).toBe("locked 0");
    expect(await toSyncStatus("ada")).toMatchObject({ verdict: "locked_out", blocked: "writes_off" });
  });

  it("a run over all users reports it and changes nothing", async () => {
    await addPayingUser(world, "ada");
    await setWriteMode("off");
    expect(await syncAll(world.parity)).toMatchObject({ state: "done", synced: 0, review: 1 });
    expect(await world.db.change.count()).toBe(0);
  });
});

describe("write mode grant_only", () => {
  it.each([STAFF, CRON, WORKSPACE])("grants for $kind, but does not revoke", async (actor) => {
    const { subscriptionId } = await addPayingUser(world, "ada");
    await setWriteMode("grant_only");
    expect(await world.parity.syncUser({ userId: "ada", actor })).toMatchObject({ outcome: "synced" });
    world.sandbox.subscriptions.cancel(subscriptionId);
    expect(await world.parity.syncUser({ userId: "ada", actor })).toMatchObject({ outcome: "blocked" });
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(await toSyncStatus("ada")).toMatchObject({
      verdict: "unpaid_access",
      blocked: "grant_only",
      flags: ["not_revoked"],
    });
  });

  it("R395: what only the mode stood in the way of waits for no admin when it is switched on, before any run", async () => {
    const { subscriptionId } = await addSyncedUser(world, "ada");
    await setWriteMode("off");
    world.sandbox.subscriptions.cancel(subscriptionId);
    await world.parity.syncUser({ userId: "ada", actor: CRON });
    expect(await toSyncStatus("ada")).toMatchObject({ blocked: "writes_off", flags: ["not_revoked"] });
    await setWriteMode("full");
    expect(await toSyncStatus("ada")).toMatchObject({ verdict: "unpaid_access", blocked: null, flags: [] });
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect((await syncAll(world.parity)).synced).toBe(1);
  });

  it("revokes access of one user when an admin approves it and Stripe shows evidence", async () => {
    const { subscriptionId } = await addSyncedUser(world, "ada");
    await setWriteMode("grant_only");
    world.sandbox.subscriptions.cancel(subscriptionId);
    expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({
      outcome: "blocked",
    });
    expect(await approve("revoke", "asked by mail")).toMatchObject({ ok: true, sync: { outcome: "synced" } });
    expect(await readAccess(world, "ada")).toBe("locked 0");
    // The reason that the admin typed is in the audit and on the user's page.
    const change = await world.db.change.findFirst({ where: { revokes: true } });
    expect(change).toMatchObject({ reason: "asked by mail", actorKind: "staff" });
    const { timeline = [] } = (await world.parity.userPage("ada")) ?? {};
    expect(timeline[0]).toMatchObject({ reason: "asked by mail" });
  });

  it("case S24: an admin overrides missing evidence with a reason, and it is audited as an override", async () => {
    const workspaces = [{ status: "active", seats: 5 }];
    const { id: customerId } = world.sandbox.customers.create({ email: "ada@example.com" });
    await addUser(world, { id: "ada", customerId, workspaces });
    await syncAll(world.parity);
    await setWriteMode("grant_only");
    expect(await approve("revoke", "left long ago")).toMatchObject({ ok: false, reason: "evidence_missing" });
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(await approve("override", "left long ago")).toMatchObject({ ok: true });
    expect(await readAccess(world, "ada")).toBe("locked 0");
    const change = await world.db.change.findFirstOrThrow({ where: { revokes: true } });
    expect(change).toMatchObject({ reason: "left long ago", override: true, actorKind: "staff" });
    await setWriteMode("off");
    await world.db.workspace.updateMany({ data: { status: "active", seats: 5 } });
    expect(await approve("override", "left long ago")).toMatchObject({ ok: false, reason: "refused" });
    expect(await readAccess(world, "ada")).toBe("active 5");
  });

  it("unlocks the workspace of an entitled user even if the rest would revoke", async () => {
    await addPayingUser(world, "ada", {
      price: world.prices.starter,
      workspaces: [
        { status: "active", seats: 5 },
        { status: "locked", seats: 0 },
      ],
    });
    await setWriteMode("grant_only");
    expect(await syncAll(world.parity)).toMatchObject({ state: "done", review: 1 });
    expect(await readAccess(world, "ada")).toBe("active 5, active 1");
    const user = await world.db.user.findUniqueOrThrow({ where: { id: "ada" } });
    expect(user.plan).toBeNull();
    expect(await toSyncStatus("ada")).toMatchObject({ blocked: "grant_only" });
    await syncAll(world.parity);
    expect(await world.db.change.count()).toBe(1);
  });
});

describe("a revocation in a run", () => {
  it("costs one more request, and uses a read that started after the run had read the customer", async () => {
    const { subscriptionId, customerId } = await addSyncedUser(world, "ada");
    await addSyncedUser(world, "bob");
    world.sandbox.subscriptions.cancel(subscriptionId);
    world.sandbox.requests.clear();

    const run = await syncAll(world.parity);

    expect(run).toMatchObject({ synced: 1, skipped: 1, stripeRequests: 3 });
    const asked = world.sandbox.requests.list({ endpoint: "GET /v1/subscriptions" });
    expect(asked.map(({ query }) => query.customer)).toEqual([undefined, customerId]);
    expect(await readAccess(world, "ada")).toBe("locked 0");
    expect(await world.db.change.findFirst({ where: { revokes: true } })).toMatchObject({
      userId: "ada",
      verdict: "unpaid_access",
      stripeRequestId: expect.stringMatching(/^req_/),
    });
  });

  it("that has waited for months does not use the old read", async () => {
    const { subscriptionId, customerId } = await addSyncedUser(world, "ada");
    await setWriteMode("grant_only");
    world.sandbox.subscriptions.cancel(subscriptionId);
    await world.parity.syncUser({ userId: "ada", actor: CRON });
    await world.parity.syncUser({ userId: "ada", actor: CRON });
    await setWriteMode("full");
    // Only the fresh read would tell; and it fails.
    world.sandbox.control.addFault({
      effect: { type: "error", status: 500, shouldRetry: false },
      match: { path: "/v1/subscriptions", query: { customer: customerId } },
    });
    expect(await syncAll(world.parity)).toMatchObject({ synced: 0, failed: 1 });
    expect(await readAccess(world, "ada")).toBe("active 5");
  });
});

describe("no access is revoked", () => {
  it("after an empty list, a 404, an unknown status, or a read that fails in any way", async () => {
    const { sandbox, db } = world;
    const hurt = ["fails", "cut", "garbled"] as const;
    for (const id of hurt) {
      const { customerId, subscriptionId } = await addSyncedUser(world, id);
      sandbox.subscriptions.cancel(subscriptionId);
      const match = { path: "/v1/subscriptions", query: { customer: customerId } };
      if (id === "fails")
        sandbox.control.addFault({ effect: { type: "error", status: 500, shouldRetry: false }, match });
      if (id === "cut") sandbox.control.addFault({ effect: { type: "cut", afterBytes: 30 }, match });
      if (id === "garbled") sandbox.control.addFault({ effect: { type: "malformed" }, match });
    }
    const odd = await addSyncedUser(world, "odd");
    sandbox.subscriptions.setStatus(odd.subscriptionId, "dozing");
    const workspaces = [{ status: "active", seats: 5 }];
    const { id: empty } = sandbox.customers.create({ email: "empty@example.com" });
    await addUser(world, { id: "empty", customerId: empty, workspaces });
    await addUser(world, { id: "nowhere", customerId: "cus_nowhere", workspaces });
    await db.user.updateMany({
      where: { id: { in: ["empty", "nowhere"] } },
      data: { subscriptionStatus: "active" },
    });

    const { run } = await world.parity.runs.apply({ actor: CRON });
    let last = run;
    while (last.state === "running") last = await world.parity.runs.step(run.id, 0);

    expect(last).toMatchObject({ state: "done", synced: 0 });
    expect(await listOutcomes(run.id)).toEqual({
      fails: ["failed", "lookup_failed: stripe_error"],
      cut: ["failed", "lookup_failed: unreachable"],
      garbled: ["failed", "lookup_failed: bad_answer"],
      odd: ["review", null],
      empty: ["blocked", "no_positive_evidence"],
      nowhere: ["review", null],
    });
    for (const id of [...hurt, "odd", "empty", "nowhere"])
      expect(await readAccess(world, id)).toBe("active 5");
    expect((await toSyncStatus("fails")).flags).toContain("lookup_failed");
    expect(await toSyncStatus("empty")).toMatchObject({ flags: ["not_revoked"] });
  });

  it("by the button either when the customer cannot be read", async () => {
    const { customerId, subscriptionId } = await addSyncedUser(world, "ada");
    world.sandbox.subscriptions.cancel(subscriptionId);
    world.sandbox.control.addFault({
      effect: { type: "error", status: 503, shouldRetry: false },
      match: { path: "/v1/subscriptions", query: { customer: customerId } },
    });
    expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "failed" });
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect((await toSyncStatus("ada")).flags).toContain("lookup_failed");
    world.sandbox.control.clearFaults();
    await syncAll(world.parity);
    expect((await toSyncStatus("ada")).flags).not.toContain("lookup_failed");
  });

  it("while another customer with this address pays and is not linked to a user", async () => {
    const { subscriptionId } = await addSyncedUser(world, "ada");
    world.sandbox.subscriptions.cancel(subscriptionId);
    // This one still pays for something, only less than is recorded.
    const workspaces = [{ status: "active", seats: 5 }];
    await addPayingUser(world, "bob", { price: world.prices.starter, workspaces });
    for (const email of ["ADA@example.com", "ada@example.com", "bob@example.com"]) {
      const guest = world.sandbox.customers.create({ email });
      world.sandbox.subscriptions.create({ customer: guest.id, items: [{ price: world.prices.army }] });
    }
    expect(await syncAll(world.parity)).toMatchObject({ state: "done", synced: 0, review: 2 });
    expect(await toSyncStatus("ada")).toMatchObject({
      verdict: "unpaid_access",
      blocked: "possible_other_customer",
    });
    expect(await toSyncStatus("bob")).toMatchObject({ blocked: "possible_other_customer" });
    for (const id of ["ada", "bob"]) expect(await readAccess(world, id)).toBe("active 5");
  });

  it("below what is paid for; Stripe is read again first", async () => {
    const { customerId, subscriptionId } = await addSyncedUser(world, "ada");
    world.sandbox.subscriptions.cancel(subscriptionId);
    world.sandbox.subscriptions.create({ customer: customerId, items: [{ price: world.prices.starter }] });
    expect(await syncAll(world.parity)).toMatchObject({ state: "done", synced: 1 });
    expect(await readAccess(world, "ada")).toBe("active 1");
  });
});

describe("a hold", () => {
  /** As staff hold a user: with Stripe's word as it is now. */
  async function hold(userId: string, customerId: string) {
    await world.parity.checkUser({ userId, actor: STAFF });
    const known = await loadCustomers(world.db, [customerId]);
    const stripeState = describeStripeState(known.get(customerId)?.subscriptions ?? []);
    await world.db.hold.create({ data: { userId, reason: "undone by hand", actor: "staff", stripeState } });
  }

  it("keeps automatic sources away until Stripe's data changes", async () => {
    const { customerId, subscriptionId } = await addPayingUser(world, "ada");
    await hold("ada", customerId);
    for (const actor of [CRON, WORKSPACE])
      expect(await world.parity.syncUser({ userId: "ada", actor })).toMatchObject({ outcome: "blocked" });
    expect(await syncAll(world.parity)).toMatchObject({ synced: 0, review: 1 });
    expect(await toSyncStatus("ada")).toMatchObject({ blocked: "on_hold", flags: ["on_hold"] });
    world.sandbox.subscriptions.update(subscriptionId, { cancel_at_period_end: true });
    expect(await syncAll(world.parity)).toMatchObject({ synced: 1 });
  });

  it("does not stop staff", async () => {
    const { customerId } = await addPayingUser(world, "ada");
    await hold("ada", customerId);
    expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "synced" });
  });
});
