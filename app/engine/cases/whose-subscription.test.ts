import { afterAll, beforeAll, expect, it } from "vitest";
import { addNamedCustomer, type Named, type NamedCustomer } from "~/engine/testing/named-customer";
import {
  addUser,
  createWorld,
  type NewUser,
  readAccess,
  STAFF,
  syncAll,
  type World,
} from "~/engine/testing/world";
import { createParity, type Parity } from "~/facade/parity.server";
import { createCheckoutClient } from "~/stripe/checkout.server";

let world: World;
/** The same installation, with a key that can open the billing portal. */
let parity: Parity;

const addCustomer = (named: Named, ...users: (string | null)[]) => addNamedCustomer(world, named, ...users);
const addUsers = async (...users: (string | NewUser)[]) => {
  for (const user of users) await addUser(world, typeof user === "string" ? { id: user } : user);
};

const recordSubscription = (userId: string, stripeSubscriptionId: string) =>
  world.db.billingSubscription.create({
    data: { userId, stripeSubscriptionId, stripePriceId: "p", status: "active", currency: "usd" },
  });

const OPEN = [{ status: "active", seats: 5 }];

const readVerdict = async (userId: string) =>
  (await world.db.syncStatus.findUniqueOrThrow({ where: { userId } })).verdict;
const readUser = (id: string) => world.db.user.findUniqueOrThrow({ where: { id } });
const readRow = async (userId: string) =>
  (await world.db.billingSubscription.findUnique({ where: { userId } }))?.stripeSubscriptionId;
const sync = (userId: string) => parity.syncUser({ userId, actor: STAFF });
const setEmail = (id: string, data: { email?: string; emailVerified?: boolean }) =>
  world.db.user.update({ where: { id }, data });

/** The customer whose billing portal opens for this user, or why none does. */
async function openPortal(userId: string): Promise<string> {
  const opened = await parity.checkout.portal({ userId, returnUrl: "https://app.test/" });
  if (!opened.ok) return opened.reason;
  const id = opened.url.split("/").at(-1) ?? "";
  const customer = world.sandbox.account.store.portalSessions.find(id)?.customer;
  return customer === undefined ? "no such page" : world.sandbox.account.store.customers.getId(customer);
}

const made: Record<string, NamedCustomer> = {};
const madeFor = (name: string) => made[name] ?? { customerId: "", subscriptionIds: [] };

beforeAll(async () => {
  world = await createWorld();
  const { db, sandbox, stripeUrl, sending } = world;
  const checkout = createCheckoutClient({ checkoutKey: sandbox.secretKey, apiBase: stripeUrl, ...sending });
  parity = createParity({ ...world.deps, configuredAccountId: null, sandbox: false, checkout });
  await db.setting.create({ data: { key: "revocationLimitMinimum", value: 1_000 } });

  // Case 14, and what is like it.
  made.shared = addCustomer({}, "one", "two");
  await addUsers("one", "two");
  made.company = addCustomer({}, "boss", "hand");
  await addUsers({ id: "boss", customerId: made.company.customerId }, "hand");
  made.reseller = addCustomer({ onCustomer: "reseller" }, "buyer");
  await addUsers("reseller", "buyer");
  made.swapped = addCustomer({ onCustomer: "ying" }, null);
  made.swapped2 = addCustomer({ onCustomer: "yang" }, null);
  await addUsers(
    { id: "yang", customerId: made.swapped.customerId },
    { id: "ying", customerId: made.swapped2.customerId },
  );

  // S17: another user's customer names the victim.
  made.victim = addCustomer({ onCustomer: "victim" }, "victim");
  made.foreign = addCustomer({ onCustomer: "victim" }, null);
  await addUsers(
    { id: "victim", customerId: made.victim.customerId },
    { id: "mallory", customerId: made.foreign.customerId },
  );
  made.contested = addCustomer({ onCustomer: "newcomer" }, null);
  await addUsers("newcomer", { id: "owner", customerId: made.contested.customerId });

  // S22: two records of one customer.
  made.twice = addCustomer({}, null);
  await addUsers({ id: "payer", customerId: made.twice.customerId, workspaces: OPEN }, "freeloader");
  await recordSubscription("freeloader", madeFor("twice").subscriptionIds[0] ?? "");

  // Case 4.
  made.empty = addCustomer({ onCustomer: "moved" });
  made.paying = addCustomer({ onCustomer: "moved" }, null);
  await addUsers({ id: "moved", customerId: made.empty.customerId });

  // Case 10 and 12, and a customer that was deleted and made anew.
  made.back = addCustomer({ email: "back@example.com" }, null);
  await recordSubscription("deleted", madeFor("back").subscriptionIds[0] ?? "");
  made.blank = addCustomer({ email: "Blank@example.com", onCustomer: "no such user" }, null);
  await addUsers("back", { id: "blank", customerId: "" });
  made.gone = addCustomer({});
  made.anew = addCustomer({ email: "anew@example.com" }, null);
  sandbox.customers.delete(made.gone.customerId);
  await addUsers({ id: "anew", customerId: made.gone.customerId });
  made.padded = addCustomer({}, null);
  await addUsers({ id: "padded", customerId: ` ${made.padded.customerId}\n` });
  await addUsers({ id: "malformed", customerId: "cus 1/../x" });
  made.spaces = addCustomer({}, "  spaces ");
  await addUsers("spaces");

  // S23.
  made.real = addCustomer({ email: "real@x.com" }, null);
  await addUsers("real", "lookalike");
  await setEmail("real", { email: "real@x.com" });
  await setEmail("lookalike", { email: "REAL@X.com", emailVerified: false });
  made.guest = addCustomer({ email: "guest@x.com" }, null);
  addCustomer({ email: "guest@x.com" }, null);
  await addUsers("guest");
  await setEmail("guest", { email: "guest@x.com" });
  await syncAll(parity);
}, 120_000);
afterAll(async () => {
  await parity.close();
  await world.close();
});

it("case 14: each subscription of one customer goes to the user that it names", async () => {
  const { subscriptionIds } = madeFor("shared");
  for (const [index, id] of ["one", "two"].entries()) {
    expect([await readAccess(world, id), await readRow(id)]).toEqual(["active 5", subscriptionIds[index]]);
    // The portal would show and cancel the other one's, too.
    expect([(await readUser(id)).stripeCustomerId, await openPortal(id)]).toEqual([null, "being_matched"]);
  }
  world.sandbox.subscriptions.cancel(subscriptionIds[0] ?? "");
  await sync("one");
  await sync("two");
  expect([await readAccess(world, "one"), await readAccess(world, "two")]).toEqual(["locked 0", "active 5"]);
});

it("case 14: also where one of the two users is recorded with the customer", async () => {
  const { subscriptionIds, customerId } = madeFor("company");
  expect([await readRow("boss"), await readRow("hand")]).toEqual(subscriptionIds);
  expect((await readUser("boss")).stripeCustomerId).toBe(customerId);
  expect(await readVerdict("hand")).toBe("in_sync");
});

it("case 14: a subscription’s metadata beat the customer’s", async () => {
  expect([await readAccess(world, "buyer"), await readAccess(world, "reseller")]).toEqual([
    "active 5",
    "locked 0",
  ]);
});

it("case S17: two recorded customers that name each other’s user change nothing", async () => {
  expect([await readRow("yang"), await readRow("ying")]).toEqual([
    madeFor("swapped").subscriptionIds[0],
    madeFor("swapped2").subscriptionIds[0],
  ]);
});

it("case S17: a foreign customer that names a user stops neither the upgrade nor the end of either", async () => {
  const { sandbox, prices } = world;
  const [own] = madeFor("victim").subscriptionIds;
  const [foreign] = madeFor("foreign").subscriptionIds;
  expect([await readVerdict("victim"), await readVerdict("mallory")]).toEqual(["in_sync", "in_sync"]);
  const { customerId: customer } = madeFor("victim");
  sandbox.subscriptions.cancel(own ?? "");
  const downgrade = sandbox.subscriptions.create({ customer, items: [{ price: prices.starter }] }).id;
  await sync("victim");
  expect(await readAccess(world, "victim")).toBe("active 1");
  const upgrade = sandbox.subscriptions.create({ customer, items: [{ price: prices.army }] }).id;
  await sync("victim");
  expect(await readAccess(world, "victim")).toBe("active 5");
  for (const id of [downgrade, upgrade, foreign]) sandbox.subscriptions.cancel(id ?? "");
  for (const id of ["victim", "mallory"]) {
    await sync(id);
    expect(await readAccess(world, id)).toBe("locked 0");
  }
});

it("case S17: only the newcomer waits, and staff decide by one row", async () => {
  const { customerId } = madeFor("contested");
  expect([await readVerdict("newcomer"), await readVerdict("owner")]).toEqual(["link_conflict", "in_sync"]);
  await world.db.link.create({
    data: { userId: "newcomer", customerId, source: "confirmed", actor: "staff" },
  });
  await sync("newcomer");
  expect(await readAccess(world, "newcomer")).toBe("active 5");
  // The record of the other user is not taken away without an ended subscription.
  expect(await sync("owner")).toMatchObject({ outcome: "blocked" });
  expect(await readAccess(world, "owner")).toBe("active 5");
});

it("case S22: where two users record one customer nothing is written, and neither portal opens", async () => {
  expect([await readVerdict("payer"), await readVerdict("freeloader")]).toEqual([
    "link_conflict",
    "link_conflict",
  ]);
  expect(await openPortal("freeloader")).toBe("being_matched");
  expect(await readAccess(world, "payer")).toBe("active 5");
});

it("case 4: the billing portal is that of the customer whose subscription counts", async () => {
  expect((await readUser("moved")).stripeCustomerId).toBe(madeFor("empty").customerId);
  expect(await openPortal("moved")).toBe(madeFor("paying").customerId);
});

it("case 10: someone who is back under a new id has what the old id’s row recorded", async () => {
  expect([await readAccess(world, "back"), await readRow("back")]).toEqual([
    "active 5",
    madeFor("back").subscriptionIds[0],
  ]);
  expect(await world.db.billingSubscription.count({ where: { userId: "deleted" } })).toBe(0);
});

it("case 12: an empty id is none: the verified address links", async () => {
  expect([await readAccess(world, "blank"), (await readUser("blank")).stripeCustomerId]).toEqual([
    "active 5",
    madeFor("blank").customerId,
  ]);
});

it("case 12: an id with blanks around it is read, and one that is no id asks Stripe for nothing", async () => {
  expect([await readAccess(world, "padded"), (await readUser("padded")).stripeCustomerId]).toEqual([
    "active 5",
    madeFor("padded").customerId,
  ]);
  expect(await readVerdict("malformed")).toBe("missing_in_stripe");
  expect(await sync("malformed")).toMatchObject({ outcome: "review", verdictAfter: "missing_in_stripe" });
  expect(await readAccess(world, "spaces")).toBe("active 5");
});

it("case 10: a customer that was deleted and made anew with the same address is found", async () => {
  // A full run lists no customer without subscriptions: it is read for the user.
  await sync("anew");
  expect([await readAccess(world, "anew"), (await readUser("anew")).stripeCustomerId]).toEqual([
    "active 5",
    madeFor("anew").customerId,
  ]);
});

it("case S23: of two accounts with one address the verified one has the payment", async () => {
  await sync("lookalike");
  expect([await readAccess(world, "real"), await readVerdict("lookalike")]).toEqual([
    "active 5",
    "no_subscription",
  ]);
});

it("case S23: a second guest customer makes a possible match, at once", async () => {
  expect(await readVerdict("guest")).toBe("possible_match");
  expect((await parity.userPage("guest"))?.possibleMatches).toHaveLength(2);
});

it("case S21: an address that is not verified, or was changed after the payment, keeps no access", async () => {
  for (const id of ["leaver", "verifier"]) {
    made[id] = addCustomer({ onCustomer: id }, null);
    await addUsers({ id, customerId: madeFor(id).customerId });
    await sync(id);
    for (const _ of [1, 2]) addCustomer({ email: `rich-${id}@example.com` }, null);
    world.sandbox.subscriptions.cancel(madeFor(id).subscriptionIds[0] ?? "");
    await setEmail(id, { email: `rich-${id}@example.com`, emailVerified: id === "verifier" });
    await sync(id);
    expect([id, await readAccess(world, id), await readVerdict(id)]).toEqual([
      id,
      "locked 0",
      "possible_match",
    ]);
  }
});

it("case S21: where a verified address may be a payer’s the revocation is pending, and its verdict says so", async () => {
  made.twoGuests = addCustomer({ onCustomer: "keeper" }, null);
  await addUsers({ id: "keeper", customerId: made.twoGuests.customerId });
  await sync("keeper");
  for (const _ of [1, 2]) addCustomer({ email: "keeper@example.com" }, null);
  world.sandbox.subscriptions.cancel(madeFor("twoGuests").subscriptionIds[0] ?? "");
  await sync("keeper");
  const status = await world.db.syncStatus.findUniqueOrThrow({ where: { userId: "keeper" } });
  expect(status).toMatchObject({
    verdict: "unpaid_access",
    moneyKind: "leaking",
    blocked: "possible_other_customer",
    flags: ["possible_match", "not_revoked"],
  });
  expect(await readAccess(world, "keeper")).toBe("active 5");
});

it("after all that a second full run changes nothing and fails for no user", async () => {
  await syncAll(parity);
  const changes = await world.db.change.count();
  const run = await syncAll(parity);
  expect(await world.db.change.count()).toBe(changes);
  expect(run).toMatchObject({ failed: 0 });
});
