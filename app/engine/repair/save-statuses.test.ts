import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDemo, type Demo } from "~/cli/testing/cli";
import { loadEvaluationContext } from "~/engine/evaluate/deps.server";
import {
  addPayingUser,
  addUser,
  CRON,
  createWorld,
  readAccess,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";
import { createLog } from "~/platform/log.server";
import { reconcileUsers } from "./reconcile-users.server";

let demo: Demo;

const listStatuses = () =>
  demo.db.syncStatus.findMany({
    orderBy: { userId: "asc" },
    omit: { evaluatedAt: true, evaluatedVersion: true },
  });

/** Loads and evaluates all users again, and saves what comes out. */
async function evaluateAgain(): Promise<void> {
  const users = await demo.db.user.findMany({ select: { id: true } });
  await demo.db.syncStatus.updateMany({ data: { fingerprint: "not what is stored" } });
  await reconcileUsers(demo.db, {
    log: createLog({ level: "silent" }),
    userIds: users.map(({ id }) => id),
    context: await loadEvaluationContext(demo.db),
    actor: CRON,
    apply: false,
    saveStatuses: true,
    addressesRead: false,
    run: null,
  });
}

describe("the sync status after a repair, computed from what was written", () => {
  beforeEach(async () => {
    demo = await createDemo();
  });
  afterEach(() => demo.close());

  it("is what loading the users again gives, for every story of the demo", async () => {
    await syncAll(demo.parity, "staff");
    expect(await demo.db.change.count()).toBeGreaterThan(40);
    const computed = await listStatuses();
    await evaluateAgain();
    expect(await listStatuses()).toEqual(computed);
  });

  it("is the same when users are repaired one by one", async () => {
    await demo.parity.runs
      .preview({ actor: STAFF, readStripe: true })
      .then(({ id }) => demo.parity.runs.step(id, 60_000));
    const differing = await demo.db.syncStatus.findMany({
      where: {
        verdict: {
          in: ["locked_out", "plan_mismatch", "access_mismatch", "status_mismatch", "unpaid_access"],
        },
      },
      select: { userId: true, verdict: true, flags: true },
    });
    // One for each verdict and set of flags: the test above has all of them.
    const kinds = new Map(differing.map((one) => [`${one.verdict} ${one.flags}`, one]));
    for (const { userId } of kinds.values()) await demo.parity.syncUser({ userId, actor: STAFF });
    const computed = await listStatuses();
    await evaluateAgain();
    expect(await listStatuses()).toEqual(computed);
  });
});

describe("the sync status after a repair of an unusual record", () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const createInput = async (userId: string) => ({
    log: world.deps.log,
    userIds: [userId],
    context: await loadEvaluationContext(world.db),
    actor: CRON,
    apply: false,
    saveStatuses: true,
    addressesRead: false,
    run: null,
  });

  /** The status as it was saved after the repair, and as loading the user again gives it. */
  async function compareWithReload(userId: string) {
    const where = { where: { userId }, omit: { evaluatedAt: true, evaluatedVersion: true } } as const;
    const computed = await world.db.syncStatus.findUniqueOrThrow(where);
    await world.db.syncStatus.update({ where: { userId }, data: { fingerprint: "not what is stored" } });
    await reconcileUsers(world.db, await createInput(userId));
    expect(computed).toEqual(await world.db.syncStatus.findUniqueOrThrow(where));
    return computed;
  }

  it("keeps the link through a recorded subscription that Stripe no longer lists", async () => {
    const customer = world.sandbox.customers.create({}).id;
    const old = world.sandbox.subscriptions.create({ customer, items: [{ price: world.prices.army }] });
    await addUser(world, {
      id: "ada",
      workspaces: [
        { status: "active", seats: 5 },
        { status: "locked", seats: 0 },
      ],
    });
    await world.db.billingSubscription.create({
      data: {
        userId: "ada",
        stripeSubscriptionId: old.id,
        stripePriceId: world.prices.army,
        status: "active",
        plan: "army",
        currency: "usd",
      },
    });
    world.sandbox.subscriptions.create({ customer, items: [{ price: world.prices.starter }] });
    await world.parity.settings.set({ writeMode: "off" }, STAFF);
    await syncAll(world.parity);
    await world.db.stripeSubscription.update({ where: { id: old.id }, data: { gone: true } });
    await world.parity.settings.set({ writeMode: "grant_only" }, STAFF);
    const { id } = await world.db.run.findFirstOrThrow();
    await reconcileUsers(world.db, { ...(await createInput("ada")), apply: true, run: { id } });
    expect(await world.db.change.count()).toBe(1);
    await compareWithReload("ada");
  });

  it("does not count a customer that staff rejected", async () => {
    const { customerId } = await addPayingUser(world, "ada");
    const rejected = world.sandbox.customers.create({}).id;
    await world.db.user.update({ where: { id: "ada" }, data: { stripeCustomerId: rejected } });
    world.sandbox.customers.update(customerId, { metadata: { userId: "ada" } });
    await world.db.link.create({
      data: { userId: "ada", customerId: rejected, source: "rejected", actor: "staff" },
    });
    expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "synced" });
    await compareWithReload("ada");
  });

  it("leaves a workspace that the application adds meanwhile to the next run", async () => {
    await addPayingUser(world, "ada");
    await syncAllButRepairs();
    await world.db.$executeRawUnsafe(`
      CREATE FUNCTION add_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO app."Workspace" (id, "ownerId", name) VALUES ('late', NEW."userId", 'Late'); RETURN NEW; END $$`);
    await world.db.$executeRawUnsafe(
      `CREATE TRIGGER add_late AFTER INSERT ON parity."Change" FOR EACH ROW WHEN (NEW."userId" = 'ada' AND NEW.grants) EXECUTE FUNCTION add_late()`,
    );
    await world.parity.syncUser({ userId: "ada", actor: STAFF });
    expect(await readAccess(world, "ada")).toBe("active 5, locked 0");
    await world.db.$executeRawUnsafe(`DROP TRIGGER add_late ON parity."Change"`);
    expect(await world.parity.runs.cron({ budgetMs: 20_000, scope: "incremental" })).toMatchObject({
      success: true,
    });
    expect(await readAccess(world, "ada")).toBe("active 5, active 5");
  });

  /** A full run that writes nothing, so that the next run is an incremental one. */
  async function syncAllButRepairs(): Promise<void> {
    await world.parity.settings.set({ writeMode: "off" }, STAFF);
    await syncAll(world.parity);
    await world.parity.settings.set({ writeMode: "full" }, STAFF);
    await world.parity.runs.cron({ budgetMs: 20_000, scope: "full" });
    await world.db.workspace.updateMany({ data: { status: "locked", seats: 0 } });
  }
});
