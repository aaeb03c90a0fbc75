import { describe, expect, it } from "vitest";
import { addCatalogue, startSandbox, TEST_NOW } from "~/sandbox/testing/sandbox";

const DAY = 86_400;

async function start() {
  const parts = await startSandbox();
  const { army, starter } = addCatalogue(parts.sandbox);
  const customer = parts.sandbox.customers.create({ email: "payer@example.com", metadata: { userId: "u1" } });
  const types = async (since = 0) =>
    (await parts.stripe.events.list({ limit: 100, created: { gte: since } })).data.map(({ type }) => type);
  return { ...parts, army, starter, customer, types };
}

describe("events", () => {
  it("show all changes of a subscription, newest first", async () => {
    const { sandbox, customer, army, types } = await start();
    const { id } = sandbox.subscriptions.create({ customer: customer.id, items: [{ price: army }] });
    sandbox.clock.advance(10);
    sandbox.subscriptions.setStatus(id, "past_due");
    sandbox.subscriptions.setStatus(id, "active");
    sandbox.subscriptions.setStatus(id, "paused");
    sandbox.subscriptions.setStatus(id, "active");
    sandbox.subscriptions.cancel(id);
    expect((await types(TEST_NOW + 10)).reverse()).toEqual([
      "customer.subscription.updated",
      "invoice.created",
      "customer.subscription.updated",
      "invoice.finalized",
      "payment_intent.created",
      "charge.failed",
      "payment_intent.payment_failed",
      "invoice.payment_failed",
      "customer.subscription.updated",
      "charge.succeeded",
      "payment_intent.succeeded",
      "invoice.paid",
      "invoice.payment_succeeded",
      "customer.subscription.updated",
      "customer.subscription.paused",
      "customer.subscription.updated",
      "customer.subscription.resumed",
      "customer.subscription.deleted",
    ]);
    expect((await types()).slice(-3)).toEqual(["price.created", "product.created", "product.created"]);
  });

  it("contain the object as it was then and its previous attributes", async () => {
    const { sandbox, stripe, customer } = await start();
    sandbox.customers.update(customer.id, { email: "new@example.com", metadata: { team: "red" } });
    sandbox.customers.update(customer.id, { email: "newer@example.com" });
    const { data } = await stripe.events.list({ type: "customer.updated" });
    expect(data[1]?.data).toMatchObject({
      object: { id: customer.id, email: "new@example.com", metadata: { userId: "u1", team: "red" } },
      previous_attributes: { email: "payer@example.com", metadata: { team: null } },
    });
    expect(data[1]?.data.previous_attributes).not.toHaveProperty("name");
  });

  it("are not created when nothing changes", async () => {
    const { sandbox, customer, types } = await start();
    const before = (await types()).length;
    sandbox.customers.update(customer.id, { email: "payer@example.com" });
    expect(await types()).toHaveLength(before);
  });

  it("show the canceled subscriptions before the deleted customer", async () => {
    const { sandbox, stripe, customer, army, types } = await start();
    sandbox.subscriptions.create({ customer: customer.id, items: [{ price: army }] });
    sandbox.clock.advance(1);
    sandbox.customers.delete(customer.id);
    expect(await types(TEST_NOW + 1)).toEqual(["customer.deleted", "customer.subscription.deleted"]);
    const { data } = await stripe.events.list({ type: "customer.deleted" });
    expect(data[0]?.data.object).toMatchObject({ id: customer.id, email: "payer@example.com" });
  });

  it("can be filtered by type, types, type prefix and time", async () => {
    const { sandbox, stripe, customer } = await start();
    sandbox.clock.advance(5);
    sandbox.customers.update(customer.id, { name: "Ann" });
    const count = async (params: Parameters<typeof stripe.events.list>[0]) =>
      (await stripe.events.list({ limit: 100, ...params })).data.length;
    expect(await count({ type: "price.created" })).toBe(2);
    expect(await count({ type: "customer.*" })).toBe(2);
    expect(await count({ types: ["price.created", "customer.updated"] })).toBe(3);
    expect(await count({ created: { gt: TEST_NOW } })).toBe(1);
    await expect(
      stripe.events.list({ types: Array.from({ length: 21 }, (_, i) => `a.b${i}`) }),
    ).rejects.toMatchObject({ statusCode: 400, param: "types" });
  });

  it("are kept for thirty days", async () => {
    const { sandbox, stripe, customer, types } = await start();
    const [first] = (await stripe.events.list()).data;
    sandbox.clock.advance(30 * DAY + 1);
    expect(await types()).toEqual([]);
    await expect(stripe.events.retrieve(first?.id ?? "")).rejects.toMatchObject({ statusCode: 404 });
    sandbox.customers.update(customer.id, { name: "Ann" });
    expect(await types()).toEqual(["customer.updated"]);
  });

  it("are sent to listeners until they stop listening", async () => {
    const { sandbox, stripe } = await start();
    const heard: string[] = [];
    const stop = sandbox.onEvent(({ id, text }) => heard.push(id, JSON.parse(text).type));
    sandbox.customers.create();
    stop();
    sandbox.customers.create();
    const { data } = await stripe.events.list({ limit: 2 });
    expect(heard).toEqual([data[1]?.id, "customer.created"]);
  });

  it("are not created in bulk", async () => {
    const { sandbox, types } = await start();
    const before = await types();
    sandbox.bulk(() => sandbox.customers.create());
    expect(await types()).toEqual(before);
  });

  it("contain the id of the request that caused them", async () => {
    const { stripe } = await start();
    const customer = await stripe.customers.create({}, { idempotencyKey: "once" });
    const [event] = (await stripe.events.list()).data;
    expect(event?.request).toEqual({ id: customer.lastResponse.requestId, idempotency_key: "once" });
  });
});
