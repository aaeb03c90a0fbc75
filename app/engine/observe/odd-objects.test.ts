import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { rewriteLists } from "~/engine/testing/list-proxy";
import { addPayingUser, createWorld, readAccess, STAFF, syncAll, type World } from "~/engine/testing/world";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const readVerdict = async (userId: string) =>
  (await world.db.syncStatus.findUniqueOrThrow({ where: { userId } })).verdict;

/** Parity, where Stripe's object of this id is answered as changed by `change`. */
async function withObject(id: string, change: (object: Record<string, unknown>) => unknown) {
  const apiBase = await rewriteLists(world.stripeUrl, (_, list) => ({
    ...list,
    data: list.data.map((object) => (object.id === id ? change(object) : object)),
  }));
  return world.another({ apiBase });
}

describe("one Stripe object with an unexpected shape", () => {
  it("is for review of its user, and affects no other user", async () => {
    const { subscriptionId } = await addPayingUser(world, "ada");
    await addPayingUser(world, "bob");
    const parity = await withObject(subscriptionId, (object) => ({ ...object, items: "none" }));
    expect(await syncAll(parity)).toMatchObject({ state: "done", synced: 1, review: 1, failed: 0 });
    expect(await readVerdict("ada")).toBe("unknown_status");
    expect(await readAccess(world, "bob")).toBe("active 5");
  });

  it("removes nothing from its user", async () => {
    const { subscriptionId } = await addPayingUser(world, "ada");
    await syncAll(world.parity);
    const parity = await withObject(subscriptionId, (object) => ({ ...object, start_date: "tomorrow" }));
    expect(await syncAll(parity)).toMatchObject({ review: 1 });
    expect(await parity.syncUser({ userId: "ada", actor: STAFF })).toMatchObject({ outcome: "review" });
    expect(await readAccess(world, "ada")).toBe("active 5");
  });

  it("that names no user counts as failed, and all other users are reconciled", async () => {
    const { subscriptionId } = await addPayingUser(world, "ada");
    await addPayingUser(world, "bob");
    const parity = await withObject(subscriptionId, (object) => ({ ...object, customer: null }));
    const answer = await parity.runs.cron({ budgetMs: 20_000, scope: "incremental" });
    expect(answer).toMatchObject({ done: true, success: false, failedCount: 1, syncedCount: 1, total: 3 });
    expect(await readAccess(world, "bob")).toBe("active 5");
  });

  it("with an amount that nothing can hold, or that is no number, stops no run, and keeps its payer in", async () => {
    const { subscriptionId } = await addPayingUser(world, "ada");
    await addPayingUser(world, "bob");
    const prices: object[] = [
      { unit_amount: 999_999_999_999 },
      { unit_amount: null, unit_amount_decimal: "one" },
      { unit_amount: null, unit_amount_decimal: "" },
      { unit_amount: null, unit_amount_decimal: "1e300" },
    ];
    for (const odd of prices) {
      const parity = await withObject(subscriptionId, (object) => {
        const [item] = z
          .object({ data: z.array(z.looseObject({ price: z.looseObject({}) })) })
          .parse(object.items).data;
        const changed = { ...item, quantity: 2_000_000_000, price: { ...item?.price, ...odd } };
        return { ...object, items: { object: "list", data: [changed], has_more: false } };
      });
      expect(await syncAll(parity)).toMatchObject({ state: "done", review: 0, failed: 0 });
      expect([await readAccess(world, "ada"), await readAccess(world, "bob")]).toEqual([
        "active 5",
        "active 5",
      ]);
    }
  });

  it("with a discount of any size is never said to be paid in full, until the discount is over", async () => {
    const { subscriptionId } = await addPayingUser(world, "ada");
    const readSentence = async () => (await world.parity.userPage("ada"))?.user.sentence;
    const discounted = await withObject(subscriptionId, (object) => ({ ...object, discounts: ["di_1"] }));
    const setWriteMode = (value: string) =>
      world.db.setting.update({ where: { key: "writeMode" }, data: { value } });
    await setWriteMode("off");
    await syncAll(discounted);
    expect(await readSentence()).toContain("Has paid $200/year less a discount for Army since");
    await setWriteMode("full");
    expect(await syncAll(discounted)).toMatchObject({ synced: 1 });
    expect(await syncAll(discounted)).toMatchObject({ synced: 0, skipped: 1 });
    expect(await readSentence()).toContain("Army at $200/year less a discount.");
    await world.parity.syncUser({ userId: "ada", actor: STAFF });
    expect(await readSentence()).toContain("Army at $200/year.");
  });

  it("with a name that PostgreSQL cannot store is stored without it", async () => {
    await addPayingUser(world, "ada");
    const apiBase = await rewriteLists(world.stripeUrl, (_, list) => ({
      ...list,
      data: list.data.map((object) => ({
        ...object,
        customer: { ...Object(object.customer), name: "A\u0000da\ud800" },
      })),
    }));
    expect(await syncAll(world.another({ apiBase }))).toMatchObject({ state: "done", synced: 1 });
  });
});

describe("a list with an unexpected shape", () => {
  it("ends the run, and revokes no access", async () => {
    const { subscriptionId } = await addPayingUser(world, "ada");
    await syncAll(world.parity);
    world.sandbox.subscriptions.cancel(subscriptionId);
    const parity = world.another({
      apiBase: await rewriteLists(world.stripeUrl, () => ({ object: "list" })),
    });
    expect(await syncAll(parity)).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("the answer could not be read"),
    });
    expect(await readAccess(world, "ada")).toBe("active 5");
  });

  it("that is empty but promises more is not the end", async () => {
    const { subscriptionId } = await addPayingUser(world, "ada");
    await syncAll(world.parity);
    world.sandbox.subscriptions.cancel(subscriptionId);
    const nowhere = await rewriteLists(world.stripeUrl, (_, list) => ({ ...list, data: [], has_more: true }));
    expect(await syncAll(world.another({ apiBase: nowhere }))).toMatchObject({ state: "failed" });
    expect(await readAccess(world, "ada")).toBe("active 5");
  });
});
