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

const readVerdict = async (userId: string) =>
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
  it("is the metadata of a subscription from a guest checkout", async () => {
    await addUser(world, { id: "ada" });
    const { customerId } = addCustomer({ onSubscription: "ada", email: "private@example.com" });
    expect(await syncAll(world.parity)).toMatchObject({ synced: 1 });
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(await world.db.user.findUnique({ where: { id: "ada" } })).toMatchObject({
      stripeCustomerId: customerId,
    });
  });

  it("does not hide another: of two customers the paying one counts, and the stored one stays", async () => {
    const { subscriptionId, customerId } = await addPayingUser(world, "ada", { price: world.prices.starter });
    await syncAll(world.parity);
    world.sandbox.subscriptions.cancel(subscriptionId);
    addCustomer({ onCustomer: "ada" });
    await world.parity.syncUser({ userId: "ada", actor: STAFF });
    await syncAll(world.parity);
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(await world.db.user.findUnique({ where: { id: "ada" } })).toMatchObject({
      stripeCustomerId: customerId,
      plan: "army",
    });
    const syncStatus = await world.db.syncStatus.findUniqueOrThrow({ where: { userId: "ada" } });
    expect(syncStatus).toMatchObject({ verdict: "in_sync", flags: ["duplicate_customers"] });
  });

  it("is also one that staff confirmed", async () => {
    await addUser(world, { id: "ada" });
    const { customerId } = addCustomer();
    await world.db.link.create({ data: { userId: "ada", customerId, source: "confirmed", actor: "staff" } });
    expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "synced" });
    expect(await readAccess(world, "ada")).toBe("active 5");
  });

  it("to a user that does not exist is ignored", async () => {
    await addUser(world, { id: "ada" });
    addCustomer({ onCustomer: "unknown", email: "ada@example.com" });
    expect(await syncAll(world.parity)).toMatchObject({ synced: 1 });
    expect(await readAccess(world, "ada")).toBe("active 5");
  });
});

describe("a conflict is found before any write", () => {
  it("between the metadata and another user's record: for the user who is not recorded", async () => {
    const { customerId } = addCustomer({ onCustomer: "ada" });
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "bob", customerId });
    expect(await syncAll(world.parity)).toMatchObject({ state: "done", synced: 1, review: 1, failed: 0 });
    expect(await readVerdict("ada")).toBe("link_conflict");
    expect(await readAccess(world, "bob")).toBe("active 5");
    expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "review" });
    expect(await world.db.change.count()).toBe(1);
  });

  it("not between the metadata of the customer and that of its subscription, which are more exact", async () => {
    addCustomer({ onCustomer: "ada", onSubscription: "bob" });
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "bob" });
    expect(await syncAll(world.parity)).toMatchObject({ synced: 1, review: 0 });
    expect(await readAccess(world, "bob")).toBe("active 5");
  });

  it.each([
    ["bob", "link_conflict"],
    ["deleted", "in_sync"],
  ])("with a sub_ recorded on %s, if that user exists", async (owner, verdict) => {
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
    expect(run).toMatchObject({ state: "done", failed: 0 });
    expect(await readVerdict("ada")).toBe(verdict);
    expect(await readAccess(world, "eve")).toBe("active 5");
  });

  it("is resolved when staff reject one of the links, even while the record still has it", async () => {
    const { customerId } = addCustomer({ onCustomer: "ada" });
    await addUser(world, { id: "ada" });
    await addUser(world, { id: "bob", customerId });
    await world.db.link.create({ data: { userId: "bob", customerId, source: "rejected", actor: "staff" } });
    // bob's row still has the unique key: writing it for ada would break the batch.
    expect(await syncAll(world.parity)).toMatchObject({ failed: 0, synced: 1 });
    expect(await readAccess(world, "ada")).toBe("active 5");
    expect(await readAccess(world, "bob")).toBe("locked 0");
    const readCustomer = async () =>
      (await world.db.user.findUniqueOrThrow({ where: { id: "ada" } })).stripeCustomerId;
    expect(await readCustomer()).toBeNull();
    await world.db.user.update({ where: { id: "bob" }, data: { stripeCustomerId: null } });
    expect(await syncAll(world.parity)).toMatchObject({ synced: 1 });
    expect(await readCustomer()).toBe(customerId);
  });
});

describe("an e-mail address alone", () => {
  const link = async () => {
    await syncAll(world.parity);
    return [await readVerdict("ada"), await readAccess(world, "ada")];
  };
  const LINKED = ["in_sync", "active 5"];
  const SUGGESTED = ["possible_match", "locked 0"];

  beforeEach(async () => {
    await addUser(world, { id: "ada" });
  });

  it("links when the match is unique, and the link is kept", async () => {
    const { customerId } = addCustomer({ email: "ada@example.com" });
    expect(await link()).toEqual(LINKED);
    const [kept] = await world.db.link.findMany();
    expect(kept).toMatchObject({ userId: "ada", customerId, source: "email" });
    world.sandbox.customers.update(customerId, { email: "new@example.com" });
    expect(await link()).toEqual(LINKED);
  });

  it("is compared without case, except for letters with an accent", async () => {
    await addUser(world, { id: "é" });
    addCustomer({ email: "ADA@Example.COM" });
    addCustomer({ email: "É@example.com" });
    expect(await link()).toEqual(LINKED);
    expect(await readVerdict("é")).toBe("no_subscription");
  });

  it("that is not verified is a possible match", async () => {
    await world.db.user.update({ where: { id: "ada" }, data: { emailVerified: false } });
    addCustomer({ email: "ada@example.com" });
    expect(await link()).toEqual(SUGGESTED);
  });

  it("that two users have verified, in different spellings, is a possible match", async () => {
    await world.db.user.create({ data: { id: "ada2", email: "ADA@example.com", emailVerified: true } });
    addCustomer({ email: "ada@example.com" });
    expect(await link()).toEqual(SUGGESTED);
  });

  it("that two customers with an open subscription have is a possible match", async () => {
    addCustomer({ email: "ada@example.com" });
    addCustomer({ email: "Ada@example.com" });
    expect(await link()).toEqual(SUGGESTED);
  });

  it("of another user's customer is ignored", async () => {
    await addUser(world, { id: "bob" });
    addCustomer({ email: "ada@example.com", onSubscription: "bob" });
    expect(await link()).toEqual(["no_subscription", "locked 0"]);
    expect(await readAccess(world, "bob")).toBe("active 5");
  });

  it("of a link that staff rejected is ignored", async () => {
    const { customerId } = addCustomer({ email: "ada@example.com" });
    await world.db.link.create({ data: { userId: "ada", customerId, source: "rejected", actor: "staff" } });
    expect(await link()).toEqual(["no_subscription", "locked 0"]);
  });

  it("links nothing to a user whose own customer has an open subscription", async () => {
    const own = addCustomer({ onCustomer: "ada", price: world.prices.starter });
    world.sandbox.subscriptions.setStatus(own.subscriptionId, "unpaid");
    addCustomer({ email: "ada@example.com" });
    expect(await link()).toEqual(SUGGESTED);
  });

  it("links nothing before a full run has finished, because the match may not be unique", async () => {
    addCustomer({ email: "ada@example.com" });
    expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "review" });
    expect(await readAccess(world, "ada")).toBe("locked 0");
  });

  it("is read again before it links", async () => {
    await syncAll(world.parity);
    addCustomer({ email: "ada@example.com" });
    expect(await world.parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "synced" });
    const asked = world.sandbox.requests.list({ endpoint: "GET /v1/customers" });
    expect(asked.map(({ query }) => query.email)).toContain("ada@example.com");
  });
});
