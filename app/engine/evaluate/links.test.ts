import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  accessOf,
  addPayingUser,
  addUser,
  createWorld,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const verdictOf = async (userId: string) =>
  (await world.db.syncStatus.findUniqueOrThrow({ where: { userId } })).verdict;

/** A customer with a subscription, and what links it, if anything. */
function addCustomer(
  links: { email?: string; onCustomer?: string; onSubscription?: string; price?: string } = {},
) {
  const { sandbox } = world;
  const { id } = sandbox.customers.create({
    email: links.email ?? null,
    ...(links.onCustomer && { metadata: { userId: links.onCustomer } }),
  });
  const subscription = sandbox.subscriptions.create({
    customer: id,
    items: [{ price: links.price ?? world.prices.army }],
    ...(links.onSubscription && { metadata: { userId: links.onSubscription } }),
  });
  return { customerId: id, subscriptionId: subscription.id };
}

describe("a strong link", () => {
  it("is the metadata of a subscription that a guest checkout made", async () => {
    await addUser(world, { id: "ada" });
    const { customerId } = addCustomer({ onSubscription: "ada", email: "private@example.com" });
    expect(await syncAll(world.parity)).toMatchObject({ synced: 1 });
    expect(await accessOf(world, "ada")).toBe("active 5");
    expect(await world.db.user.findUnique({ where: { id: "ada" } })).toMatchObject({
      stripeCustomerId: customerId,
    });
  });

  it("does not hide another: of two customers the one that pays counts, and the stored one stays", async () => {
    const { subscriptionId, customerId } = await addPayingUser(world, "ada", { price: world.prices.starter });
    await syncAll(world.parity);
    world.sandbox.subscriptions.cancel(subscriptionId);
    addCustomer({ onCustomer: "ada" });
    await world.parity.syncUser({ userId: "ada", actor: STAFF });
    await syncAll(world.parity);
    expect(await accessOf(world, "ada")).toBe("active 5");
    expect(await world.db.user.findUnique({ where: { id: "ada" } })).toMatchObject({
      stripeCustomerId: customerId,
      plan: "army",
    });
    const syncStatus = await world.db.syncStatus.findUniqueOrThrow({ where: { userId: "ada" } });
    expect(syncStatus).toMatchObject({ verdict: "in_sync", flags: ["duplicate_customers"] });
  });

  it("is one that staff confirmed", async () => {
    await addUser(world, { id: "ada" });
    const { customerId } = addCustomer();
    await world.db.link.create({ data: { userId: "ada", customerId, source: "confirmed", actor: "staff" } });
    expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "synced" });
    expect(await accessOf(world, "ada")).toBe("active 5");
  });

  it("to a user who does not exist is none", async () => {
    await addUser(world, { id: "ada" });
    addCustomer({ onCustomer: "nobody", email: "ada@example.com" });
    expect(await syncAll(world.parity)).toMatchObject({ synced: 1 });
    expect(await accessOf(world, "ada")).toBe("active 5");
  });
});

describe("a conflict is found before anything is written", () => {
  it("between the metadata and another user's record", async () => {
    const { customerId } = addCustomer({ onCustomer: "ada" });
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "bob", customerId });
    expect(await syncAll(world.parity)).toMatchObject({ state: "done", synced: 0, review: 2, failed: 0 });
    expect(await verdictOf("ada")).toBe("link_conflict");
    expect(await verdictOf("bob")).toBe("link_conflict");
    expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "review" });
    expect(await world.db.change.count()).toBe(0);
  });

  it("between the metadata of the customer and that of its subscription", async () => {
    addCustomer({ onCustomer: "ada", onSubscription: "bob" });
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "bob" });
    expect(await syncAll(world.parity)).toMatchObject({ synced: 0, review: 2 });
  });

  it.each(["bob", "deleted"])("with a sub_ recorded on %s", async (owner) => {
    const { subscriptionId } = await addPayingUser(world, "ada");
    await addUser(world, { id: "bob" });
    await addPayingUser(world, "eve");
    await world.db.billingSubscription.create({
      data: {
        userId: owner,
        stripeSubscriptionId: subscriptionId,
        stripePriceId: "p",
        status: "active",
        currency: "usd",
      },
    });
    const run = await syncAll(world.parity);
    expect(run).toMatchObject({ state: "done", synced: 1, failed: 0 });
    expect(await verdictOf("ada")).toBe("link_conflict");
    expect(await accessOf(world, "eve")).toBe("active 5");
  });

  it("is settled when staff reject one of the links, and it is gone from the record", async () => {
    const { customerId } = addCustomer({ onCustomer: "ada" });
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "bob", customerId });
    await world.db.link.create({ data: { userId: "bob", customerId, source: "rejected", actor: "staff" } });
    // The unique key still stands: ada would break the batch.
    expect(await syncAll(world.parity)).toMatchObject({ failed: 0, synced: 0 });
    expect(await verdictOf("ada")).toBe("link_conflict");
    await world.db.user.update({ where: { id: "bob" }, data: { stripeCustomerId: null } });
    expect(await syncAll(world.parity)).toMatchObject({ synced: 1 });
    expect(await accessOf(world, "ada")).toBe("active 5");
    expect(await accessOf(world, "bob")).toBe("locked 0");
  });
});

describe("the e-mail address alone", () => {
  const link = async () => {
    await syncAll(world.parity);
    return [await verdictOf("ada"), await accessOf(world, "ada")];
  };
  const LINKED = ["in_sync", "active 5"];
  const SUGGESTED = ["possible_match", "locked 0"];

  beforeEach(async () => {
    await addUser(world, { id: "ada" });
  });

  it("links when nothing else can be meant, and the link is kept", async () => {
    const { customerId } = addCustomer({ email: "ada@example.com" });
    expect(await link()).toEqual(LINKED);
    const [kept] = await world.db.link.findMany();
    expect(kept).toMatchObject({ userId: "ada", customerId, source: "email" });
    world.sandbox.customers.update(customerId, { email: "new@example.com" });
    expect(await link()).toEqual(LINKED);
  });

  it("is the same in upper and lower case, and with an accent in another case it is not", async () => {
    await addUser(world, { id: "é" });
    addCustomer({ email: "ADA@Example.COM" });
    addCustomer({ email: "É@example.com" });
    expect(await link()).toEqual(LINKED);
    expect(await verdictOf("é")).toBe("no_subscription");
  });

  it("that is not verified is a suggestion", async () => {
    await world.db.user.update({ where: { id: "ada" }, data: { emailVerified: false } });
    addCustomer({ email: "ada@example.com" });
    expect(await link()).toEqual(SUGGESTED);
  });

  it("that two users have, in another spelling, is a suggestion", async () => {
    await world.db.user.create({ data: { id: "ada2", email: "ADA@example.com", emailVerified: true } });
    addCustomer({ email: "ada@example.com" });
    expect(await link()).toEqual(SUGGESTED);
  });

  it("that two customers with an open subscription have is a suggestion", async () => {
    addCustomer({ email: "ada@example.com" });
    addCustomer({ email: "Ada@example.com" });
    expect(await link()).toEqual(SUGGESTED);
  });

  it("of a customer that is another user's is nothing", async () => {
    await addUser(world, { id: "bob" });
    addCustomer({ email: "ada@example.com", onSubscription: "bob" });
    expect(await link()).toEqual(["no_subscription", "locked 0"]);
    expect(await accessOf(world, "bob")).toBe("active 5");
  });

  it("that staff rejected is nothing", async () => {
    const { customerId } = addCustomer({ email: "ada@example.com" });
    await world.db.link.create({ data: { userId: "ada", customerId, source: "rejected", actor: "staff" } });
    expect(await link()).toEqual(["no_subscription", "locked 0"]);
  });

  it("links nothing to someone whose own customer has an open subscription", async () => {
    const own = addCustomer({ onCustomer: "ada", price: world.prices.starter });
    world.sandbox.subscriptions.setStatus(own.subscriptionId, "unpaid");
    addCustomer({ email: "ada@example.com" });
    expect(await link()).toEqual(SUGGESTED);
  });

  it("links nothing before a full pass has finished: exactly one is not known then", async () => {
    addCustomer({ email: "ada@example.com" });
    expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "review" });
    expect(await accessOf(world, "ada")).toBe("locked 0");
  });

  it("after a pass is confirmed by a fresh read of the address", async () => {
    await syncAll(world.parity);
    addCustomer({ email: "ada@example.com" });
    expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "synced" });
    const asked = world.sandbox.requests.list({ endpoint: "GET /v1/customers" });
    expect(asked.map(({ query }) => query.email)).toContain("ada@example.com");
  });
});
