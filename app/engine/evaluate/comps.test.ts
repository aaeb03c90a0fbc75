import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  addPayingUser,
  addUser,
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

const comp = (userId: string, planId: string) =>
  world.db.comp.create({
    data: {
      userId,
      planId,
      reason: "a friend of the house",
      actor: "staff",
      expiresAt: new Date(Date.now() + 86_400_000),
    },
  });
const endComps = () =>
  world.db.$executeRaw`UPDATE parity."Comp" SET "expiresAt" = now() - interval '1 millisecond'`;

describe("a comp", () => {
  it("gives access to a user without a subscription until it expires", async () => {
    await addUser(world, { id: "ada" });
    await comp("ada", "starter");
    expect(await syncAll(world.parity)).toMatchObject({ synced: 1 });
    expect(await readAccess(world, "ada")).toBe("active 1");
    await endComps();
    expect(await syncAll(world.parity)).toMatchObject({ synced: 1, review: 0 });
    expect(await readAccess(world, "ada")).toBe("locked 0");
    expect(await syncAll(world.parity)).toMatchObject({ synced: 0, skipped: 1 });
  });

  it("is a minimum: it gives more than is paid for, and billing fields still follow Stripe", async () => {
    await addPayingUser(world, "ada", { price: world.prices.starter });
    await comp("ada", "army");
    await syncAll(world.parity);
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(await world.db.user.findUnique({ where: { id: "ada" } })).toMatchObject({ plan: "starter" });
    await endComps();
    await syncAll(world.parity);
    expect(await readAccess(world, "ada")).toBe("active 1");
  });

  it("keeps what it gives when the subscription ends", async () => {
    const { subscriptionId } = await addPayingUser(world, "ada");
    await comp("ada", "starter");
    await syncAll(world.parity);
    expect(await readAccess(world, "ada")).toBe("active 5");
    world.sandbox.subscriptions.cancel(subscriptionId);
    await world.parity.syncUser({ userId: "ada", actor: STAFF });
    expect(await readAccess(world, "ada")).toBe("active 1");
    expect(await world.db.user.findUnique({ where: { id: "ada" } })).toMatchObject({
      subscriptionStatus: "canceled",
    });
  });

  it("that expired removes nothing that Parity did not grant", async () => {
    await addUser(world, { id: "ada", workspaces: [{ status: "active", seats: 5 }] });
    await comp("ada", "starter");
    await endComps();
    expect(await syncAll(world.parity)).toMatchObject({ synced: 0, review: 1 });
    expect(await readAccess(world, "ada")).toBe("active 5");
  });
});
