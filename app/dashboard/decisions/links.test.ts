import { afterAll, beforeAll, expect, it } from "vitest";
import { addPayingUser, addUser, createWorld, readAccess, syncAll, type World } from "~/engine/testing/world";
import { addStaff, createDecider, OPERATOR, toRequest } from "./testing/deciding";

let world: World;
let deciding: ReturnType<typeof createDecider>;
const payers: Record<string, string> = {};

const addPayer = (email: string, metadata: Record<string, string> = {}) => {
  const { id } = world.sandbox.customers.create({ email, metadata });
  world.sandbox.subscriptions.create({ customer: id, items: [{ price: world.prices.army }] });
  return id;
};

beforeAll(async () => {
  world = await createWorld();
  await addStaff(world);
  deciding = createDecider(world);
  for (const id of ["noor", "nina"]) await addUser(world, { id });
  await world.db.user.updateMany({ where: { id: { in: ["noor", "nina"] } }, data: { emailVerified: false } });
  payers.noor = addPayer("noor@example.com");
  payers.nina = addPayer("nina@example.com");
  payers.guest = addPayer("guest@elsewhere.example");
  payers.shop = addPayer("shop@elsewhere.example");
  for (const id of ["gus", "gil"]) await addUser(world, { id });
  // Hannah's record claims the customer, and Stripe's metadata name Henry.
  payers.fischer = addPayer("hannah@example.com", { userId: "henry" });
  await addUser(world, { id: "hannah", customerId: payers.fischer });
  await addUser(world, { id: "henry" });
  await syncAll(world.parity);
});
afterAll(() => world.close());

const verdict = async (userId: string) => (await world.parity.views([userId]))[0]?.verdict;
const unclaimed = async () =>
  (await world.parity.unclaimedPayers({ limit: 10 })).map(({ customerId }) => customerId);

it("a possible match is confirmed by an operator, gives access at once, and can be taken back by an admin", async () => {
  expect(await verdict("noor")).toBe("possible_match");
  const input = { userId: "noor", customerId: payers.noor };
  const preview = await world.parity.decisions.preview(toRequest("confirm_link", input, OPERATOR));
  expect(preview.ok && preview.lines).toEqual([
    "1 user ($16.67 a month) gains access.",
    "1 user: Possible match → Locked out, until the repair.",
  ]);
  expect(await verdict("noor")).toBe("possible_match");

  const made = await deciding.decide("confirm_link", input, OPERATOR);

  expect(made.sync).toMatchObject({ outcome: "synced" });
  expect(await readAccess(world, "noor")).toBe("active 5");
  expect(await deciding.refused("confirm_link", input)).toMatchObject({ reason: "already" });
  // The record names the customer by now, so that taking back the link alone takes nothing.
  expect(await deciding.undo(made, OPERATOR)).toMatchObject({ ok: true });
  expect(await readAccess(world, "noor")).toBe("active 5");
  // R391: the record links it already, so that there is nothing to decide.
  const again = await world.parity.decisions.preview(toRequest("confirm_link", input, OPERATOR));
  expect(again.ok ? again.lines : again.message).toContain(`${payers.noor} is linked to `);
  expect(await deciding.undo(made)).toMatchObject({ ok: false, reason: "already" });
});

it("a possible match is rejected, is a payer without a user then, and is a possible match again when that is undone", async () => {
  const input = { userId: "nina", customerId: payers.nina };
  const made = await deciding.decide("reject_link", input, OPERATOR);
  expect(await verdict("nina")).toBe("no_subscription");
  expect(await unclaimed()).toContain(payers.nina);
  expect(await deciding.undo(made, OPERATOR)).toMatchObject({ ok: true });
  expect(await verdict("nina")).toBe("possible_match");
});

it("rejecting what a paying user has takes access, so only an admin may", async () => {
  const { customerId } = await addPayingUser(world, "pia");
  await world.parity.syncUser({ userId: "pia", actor: OPERATOR.actor });
  const input = { userId: "pia", customerId };
  expect(await deciding.refused("reject_link", input, OPERATOR)).toMatchObject({ reason: "forbidden" });
  expect(await readAccess(world, "pia")).toBe("active 5");
  expect(await world.db.link.count({ where: { userId: "pia" } })).toBe(0);
});

it("a payer without a user is linked to one; two people who link it to two users: the second is told", async () => {
  const both = await Promise.all(
    ["gus", "gil"].map((userId) =>
      world.parity.decisions.decide(toRequest("link_payer", { userId, customerId: payers.guest }, OPERATOR)),
    ),
  );
  expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  const second = both.find(({ ok }) => !ok);
  expect(second).toMatchObject({ reason: "refused", decision: { label: "Payer linked", by: "Eve (staff)" } });
  expect(await world.db.link.count({ where: { customerId: payers.guest, source: "confirmed" } })).toBe(1);
});

it("R338: the user of a payer may be named by the email address, which exactly one user must have", async () => {
  const link = (userId: string) =>
    world.parity.decisions.preview(toRequest("link_payer", { userId, customerId: payers.shop }, OPERATOR));
  expect(await link(" GUS@example.com ")).toMatchObject({ ok: true, sentence: `${payers.shop} is gus.` });
  expect(await link("no@example.com")).toMatchObject({
    ...{ ok: false, reason: "not_found" },
    message: "No user has the address or the ID no@example.com.",
  });
});

it("a payer that is not ours is in no list and no possible match, until that is ended", async () => {
  const input = { customerId: payers.shop };
  expect(await unclaimed()).toContain(payers.shop);
  await deciding.decide("payer_not_ours", input, OPERATOR);
  expect(await unclaimed()).not.toContain(payers.shop);

  await deciding.decide("payer_not_ours", { customerId: payers.nina }, OPERATOR);
  expect(await verdict("nina")).toBe("no_subscription");
  await deciding.decide("payer_ours", { customerId: payers.nina }, OPERATOR);
  expect(await verdict("nina")).toBe("possible_match");
});

it("a conflict is settled for the owner by an operator, and against the owner by an admin only", async () => {
  expect([await verdict("hannah"), await verdict("henry")]).toEqual(["in_sync", "link_conflict"]);
  const input = { userId: "henry", customerId: payers.fischer };
  expect(await deciding.refused("confirm_link", input)).toMatchObject({ reason: "refused" });
  expect(await deciding.refused("settle_conflict", input, OPERATOR)).toMatchObject({ reason: "forbidden" });

  await deciding.decide("settle_conflict", { userId: "hannah", customerId: payers.fischer }, OPERATOR);
  expect([await verdict("hannah"), await verdict("henry")]).toEqual(["in_sync", "no_subscription"]);
  expect(await readAccess(world, "hannah")).toBe("active 5");
});

it("a customer that very many users claim is settled at once, and undone at once", async () => {
  const customerId = addPayer("sharers@elsewhere.example");
  const ids = Array.from({ length: 40 }, (_, number) => `sharer_${String(number).padStart(2, "0")}`);
  for (const id of ids) await addUser(world, { id });
  const link = { customerId, source: "confirmed", actor: "staff:staff_ada" };
  await world.db.link.createMany({ data: ids.slice(1).map((userId) => ({ ...link, userId })) });
  await syncAll(world.parity);
  const linked = () => world.db.link.groupBy({ by: ["source"], where: { customerId }, _count: true });

  const made = await deciding.decide("settle_conflict", { userId: ids[7] ?? "", customerId });

  expect(await readAccess(world, "sharer_07")).toBe("active 5");
  expect(await linked()).toEqual(
    expect.arrayContaining([
      { source: "confirmed", _count: 1 },
      { source: "rejected", _count: 38 },
    ]),
  );
  expect(await deciding.undo(made)).toMatchObject({ ok: true });
  expect(await linked()).toEqual([{ source: "confirmed", _count: 39 }]);
});

it("a price is mapped with its effect previewed, and unmapped again", async () => {
  const product = world.sandbox.products.create({ name: "Legacy" });
  const price = world.sandbox.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 4_900,
    recurring: { interval: "month" },
  });
  await addPayingUser(world, "olga", { price: price.id });
  await world.parity.syncUser({ userId: "olga", actor: OPERATOR.actor });
  expect(await verdict("olga")).toBe("unmapped_price");
  const input = { priceId: price.id, planId: "army" };
  expect(await deciding.refused("map_price", input, OPERATOR)).toMatchObject({ reason: "forbidden" });
  const before = await world.db.planPrice.findMany();
  const preview = await world.parity.decisions.preview(toRequest("map_price", input));
  expect(preview.ok && preview.lines).toEqual([
    "1 user ($49 a month) gains access.",
    "1 user: Unmapped price → Locked out, until the repair.",
    "The next run changes their records, or “Sync this user” on each user’s page.",
  ]);
  expect(await world.db.planPrice.findMany()).toEqual(before);

  const made = await deciding.decide("map_price", input);

  expect(made.sync).toBeNull();
  expect(await world.db.recheckQueue.count({ where: { userId: "olga" } })).toBe(1);
  expect(await verdict("olga")).toBe("locked_out");
  expect(await deciding.undo(made, OPERATOR)).toMatchObject({ ok: false, reason: "forbidden" });
  expect(await deciding.undo(made)).toMatchObject({ ok: true });
  expect(await verdict("olga")).toBe("unmapped_price");
  await deciding.decide("ignore_price", { productId: product.id });
  expect(await verdict("olga")).toBe("no_subscription");
});
