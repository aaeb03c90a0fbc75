import { afterEach, beforeEach, expect, it } from "vitest";
import { addUser, createWorld, syncAll, type World } from "~/reconcile/testing";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const verdictOf = async (userId: string) => (await world.parity.views([userId]))[0]?.verdict;

it("a customer that the application recorded after the pass, and that nobody has seen, is not checked", async () => {
  await addUser(world, { id: "ada" });
  await syncAll(world.parity);
  expect(await verdictOf("ada")).toBe("no_subscription");

  await world.db.user.update({ where: { id: "ada" }, data: { stripeCustomerId: "cus_new" } });
  expect(await verdictOf("ada")).toBe("not_checked");

  await syncAll(world.parity);
  expect(await verdictOf("ada")).toBe("no_subscription");
});
