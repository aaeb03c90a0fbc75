import { describe, expect, it } from "vitest";
import { addCatalogue, startSandbox } from "~/sandbox/testing/sandbox";

describe("customers", () => {
  it("are found by their exact email address, case included", async () => {
    const { sandbox, stripe } = await startSandbox();
    const upper = sandbox.customers.create({ email: "Ann@example.com" });
    const lower = sandbox.customers.create({ email: "ann@example.com" });
    const again = sandbox.customers.create({ email: "ann@example.com" });
    const ids = async (email: string) => (await stripe.customers.list({ email })).data.map(({ id }) => id);
    expect(await ids("ann@example.com")).toEqual([again.id, lower.id]);
    expect(await ids("Ann@example.com")).toEqual([upper.id]);
    expect(await ids("ANN@example.com")).toEqual([]);
  });

  it("are found by their new address, not by the old one", async () => {
    const { sandbox, stripe } = await startSandbox();
    const { id } = sandbox.customers.create({ email: "old@example.com" });
    sandbox.customers.update(id, { email: "new@example.com" });
    expect((await stripe.customers.list({ email: "old@example.com" })).data).toEqual([]);
    expect((await stripe.customers.list({ email: "new@example.com" })).data).toHaveLength(1);
  });

  it("on test clocks are listed only with the clock", async () => {
    const { sandbox, stripe } = await startSandbox();
    const { id } = sandbox.customers.create({ test_clock: "clock_1" });
    expect((await stripe.customers.list()).data).toEqual([]);
    expect((await stripe.customers.list({ test_clock: "clock_1" })).data).toMatchObject([{ id }]);
  });

  it("can be read after deletion, are not listed, and leave canceled subscriptions", async () => {
    const { sandbox, stripe } = await startSandbox();
    const { army } = addCatalogue(sandbox);
    const customer = sandbox.customers.create({ email: "gone@example.com" });
    const subscription = sandbox.subscriptions.create({ customer: customer.id, items: [{ price: army }] });
    sandbox.customers.delete(customer.id);
    expect(await stripe.customers.retrieve(customer.id)).toEqual({
      id: customer.id,
      object: "customer",
      deleted: true,
    });
    expect((await stripe.customers.list()).data).toEqual([]);
    expect((await stripe.customers.list({ email: "gone@example.com" })).data).toEqual([]);
    expect((await stripe.subscriptions.list()).data).toEqual([]);
    const all = await stripe.subscriptions.list({ status: "all", customer: customer.id });
    expect(all.data).toMatchObject([
      { id: subscription.id, status: "canceled", ended_at: expect.any(Number) },
    ]);
  });

  it("can have ids that the caller chooses", async () => {
    const { sandbox, stripe } = await startSandbox();
    sandbox.customers.create({ id: "cus_mine" });
    expect(await stripe.customers.retrieve("cus_mine")).toMatchObject({ id: "cus_mine" });
    expect(() => sandbox.customers.create({ id: "cus_mine" })).toThrow("cus_mine exists already");
  });
});
