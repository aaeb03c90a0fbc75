import { afterAll, beforeAll, expect, it } from "vitest";
import { addSyncedUser, createWorld, readAccess, STAFF, syncAll, type World } from "~/engine/testing/world";
import { addStaff, createDecider, OPERATOR, toRequest } from "./testing/deciding";

let world: World;
let deciding: ReturnType<typeof createDecider>;

beforeAll(async () => {
  world = await createWorld();
  await addStaff(world);
  deciding = createDecider(world);
  await addSyncedUser(world, "ada");
});
afterAll(() => world.close());

const findPlan = async (id: string) => (await world.parity.plans.list()).plans.find((plan) => plan.id === id);
const army = { planId: "army", name: "Army", seats: "5" };

it("R230: fewer seats are previewed with the users who lose them, saved for a reason, and undone", async () => {
  expect(await readAccess(world, "ada")).toBe("active 5");
  const preview = await world.parity.decisions.preview(toRequest("set_plan", { ...army, seats: "3" }));
  expect(preview).toMatchObject({
    ok: true,
    effect: { users: 1, losing: { users: 0 }, fewerSeats: { users: 1 } },
    lines: expect.arrayContaining([expect.stringMatching(/^1 user \(.*\) gets fewer soldiers\.$/)]),
  });
  expect(await findPlan("army")).toMatchObject({ seats: 5 });
  expect(preview).toMatchObject({
    lines: expect.arrayContaining([expect.stringMatching(/, until the repair\.$/)]),
  });
  // What takes something is not repaired while Parity only grants access, and that is not promised.
  await world.parity.settings.set({ writeMode: "grant_only" }, STAFF);
  expect(await world.parity.decisions.preview(toRequest("set_plan", { ...army, seats: "3" }))).toMatchObject({
    lines: expect.not.arrayContaining([expect.stringMatching(/, until the repair\.$/)]),
  });
  await world.parity.settings.set({ writeMode: "full" }, STAFF);

  const saved = await deciding.decide("set_plan", { ...army, seats: "3" });
  expect(await findPlan("army")).toMatchObject({ name: "Army", seats: 3 });
  // Nothing is written to the record by the decision itself.
  expect(await readAccess(world, "ada")).toBe("active 5");
  expect(await deciding.refused("set_plan", { ...army, seats: "3" })).toMatchObject({ reason: "already" });

  expect(await deciding.undo(saved)).toMatchObject({ ok: true });
  expect(await findPlan("army")).toMatchObject({ seats: 5 });
});

it("R230: a plan is created, a lookup key and a product are mapped to it, and it is removed only when nothing belongs to it", async () => {
  const made = await deciding.decide("set_plan", { planId: "team", name: "Team", seats: 20, isNew: "true" });
  expect(
    await deciding.refused("set_plan", { planId: "army", name: "X", seats: 1, isNew: "true" }),
  ).toMatchObject({
    message: "There is a plan army already: Army.",
  });
  const key = await deciding.decide("map_price", { lookupKey: "team_yearly", planId: "team" });
  const product = await deciding.decide("map_price", { productId: "prod_team", planId: "team" });
  const { mappings } = await world.parity.plans.list();
  expect(mappings.filter(({ planId }) => planId === "team")).toMatchObject([
    { lookupKey: "team_yearly" },
    { productId: "prod_team" },
  ]);
  expect(await deciding.undo(made)).toMatchObject({ ok: false, reason: "refused" });
  await deciding.undo(key);
  await deciding.undo(product);
  expect(await deciding.undo(made)).toMatchObject({ ok: true });
  expect(await findPlan("team")).toBeUndefined();
});

it("R336: to unmap a price takes from no user by itself, and says so: access is kept until a person decides, and not given where it is missing", async () => {
  const { sandbox, db, parity } = world;
  const product = sandbox.products.create({ name: "Old plan" }).id;
  const month = { interval: "month" } as const;
  const price = sandbox.prices.create({ product, currency: "usd", unit_amount: 2_000, recurring: month }).id;
  await deciding.decide("map_price", { priceId: price, planId: "army" });
  for (const id of ["bea", "cleo"]) await addSyncedUser(world, id, { price });
  await db.workspace.update({ where: { id: "cleo_w1" }, data: { status: "locked", seats: 0 } });

  const preview = await parity.decisions.preview(toRequest("unmap_price", { priceId: price }));
  expect(preview).toMatchObject({ ok: true, effect: { losing: { users: 0 } } });
  expect(preview.ok && preview.lines).toEqual(
    expect.arrayContaining([
      "1 user ($20 a month) keeps access until a person decides.",
      "1 user ($20 a month) is not given access any more.",
    ]),
  );
  await deciding.decide("unmap_price", { priceId: price });
  await syncAll(parity);
  expect(await readAccess(world, "bea")).toBe("active 5");
});

it.each([
  [{ ...army, seats: "-1" }, "Seats are a whole number"],
  [{ ...army, seats: "many" }, "Seats are a whole number"],
  [{ ...army, name: " " }, "Give a name."],
  [{ ...army, planId: "" }, "Give a plan."],
])("what is no plan is refused in words: %j", async (input, message) => {
  const refused = await deciding.refused("set_plan", input);
  expect(refused).toMatchObject({ reason: "bad_input" });
  expect(refused.message).toContain(message);
});

it("R230: is an admin's", async () => {
  expect(
    await world.parity.decisions.decide(toRequest("set_plan", { ...army, seats: "1" }, OPERATOR)),
  ).toMatchObject({
    ok: false,
    reason: "forbidden",
  });
});
