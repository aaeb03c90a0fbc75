import { describe, expect, it } from "vitest";
import { addCatalogue, sendForm, startSandbox } from "~/sandbox/testing/sandbox";

async function start() {
  const parts = await startSandbox();
  const { army, starter } = addCatalogue(parts.sandbox);
  const customer = parts.sandbox.customers.create({ email: "ann@example.com", name: "Ann <b>" }).id;
  const { id } = parts.sandbox.subscriptions.create({ customer, items: [{ price: starter }] });
  const home = parts.listening.url;
  const look = async (path = "/") => (await fetch(home + path)).text();
  /** Sends a form, and reads the page that follows. */
  const send = async (fields: Record<string, string>) => {
    const answer = await sendForm(home, fields);
    expect(answer.status).toBe(303);
    return look(answer.headers.get("location") ?? "");
  };
  const simulate = (action: string, more: Record<string, string> = {}) =>
    send({ action, subscription: id, ...more });
  const read = () => parts.stripe.subscriptions.retrieve(id);
  const control = (body: object) =>
    fetch(`${home}/_sandbox/control`, { method: "POST", body: JSON.stringify(body) });
  return { ...parts, army, starter, customer, id, look, send, simulate, read, control };
}

describe("the list of customers", () => {
  it("finds customers by email address, name and ids and shows their subscriptions", async () => {
    const { sandbox, customer, id, look } = await start();
    sandbox.customers.create({ email: "bob@example.com" });
    for (const query of ["ANN@", "ann <", customer, id]) {
      const text = await look(`/?q=${encodeURIComponent(query)}`);
      expect(text).toContain(customer);
      expect(text).not.toContain("bob@example.com");
    }
    expect(await look()).toContain("bob@example.com");
    expect(await look("/?q=missing")).toContain("No customers found.");
    expect(await look()).toContain("Starter, $20.00 a month, until 1 February 2026");
  });

  it("shows names as text, not as HTML", async () => {
    const { look } = await start();
    expect(await look()).toContain("Ann &lt;b&gt;");
    expect(await look("/?q=%22%3E%3Cscript%3E")).not.toContain("<script>");
  });

  it("shows the first customers and says that there are more", async () => {
    const { sandbox, look } = await start();
    for (let i = 0; i < 20; i++) sandbox.customers.create({ email: `c${i}@example.com` });
    const text = await look();
    expect(text).toContain("There are more customers.");
    expect(text).not.toContain("ann@example.com");
  });
});

describe("actions on a subscription", () => {
  it.each([
    ["cancel_now", { status: "canceled" }, "customer.subscription.deleted"],
    [
      "cancel_at_period_end",
      { status: "active", cancel_at_period_end: true },
      "customer.subscription.updated",
    ],
    [
      "cancel_at",
      { cancel_at: expect.any(Number), cancel_at_period_end: false },
      "customer.subscription.updated",
    ],
    ["fail_renewal", { status: "past_due" }, "invoice.payment_failed"],
    ["mark_unpaid", { status: "unpaid" }, "invoice.payment_failed"],
    ["pause", { status: "paused" }, "customer.subscription.paused"],
    ["reach_period_end", { status: "active" }, "invoice.paid"],
  ])("%s", async (action, expected, type) => {
    const { simulate, read, stripe } = await start();
    expect(await simulate(action)).toContain('role="status"');
    expect(await read()).toMatchObject(expected);
    expect((await stripe.events.list({ limit: 3 })).data.map((event) => event.type)).toContain(type);
  });

  it("a failed renewal begins the next period and can be paid", async () => {
    const { simulate, read, stripe } = await start();
    const before = await read();
    await simulate("fail_renewal");
    const failed = await read();
    const end = before.items.data[0]?.current_period_end;
    expect(failed.items.data[0]?.current_period_start).toBe(end);
    expect(failed.latest_invoice).not.toBe(before.latest_invoice);
    await simulate("recover");
    expect(await read()).toMatchObject({ status: "active" });
    const [newest] = (await stripe.events.list({ type: "invoice.paid" })).data;
    expect(newest?.data.object).toMatchObject({ id: failed.latest_invoice, status: "paid" });
  });

  it("a scheduled cancellation ends the subscription with its period, unless it is removed", async () => {
    const { simulate, read } = await start();
    await simulate("cancel_at");
    await simulate("undo_cancellation");
    await simulate("reach_period_end");
    expect(await read()).toMatchObject({ status: "active" });
    await simulate("cancel_at");
    await simulate("reach_period_end");
    expect(await read()).toMatchObject({ status: "canceled" });
    expect(await simulate("pause")).toContain("has ended");
    expect(await read()).toMatchObject({ status: "canceled" });
  });

  it("pauses, changes the plan and sets any status", async () => {
    const { simulate, read, army } = await start();
    await simulate("pause");
    await simulate("resume");
    await simulate("change_plan", { price: army });
    expect((await read()).items.data).toMatchObject([{ price: { id: army } }]);
    await simulate("set_status", { status: "hibernating" });
    expect(await read()).toMatchObject({ status: "hibernating" });
  });
});

describe("actions on a customer", () => {
  it("changes the address, adds a subscription and deletes the customer", async () => {
    const { send, stripe, customer, army } = await start();
    await send({ action: "change_email", customer, email: "Ann@example.org" });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ email: "Ann@example.org" });
    await send({ action: "subscribe", customer, price: army });
    expect((await stripe.subscriptions.list({ customer })).data).toHaveLength(2);
    await send({ action: "delete_customer", customer });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ deleted: true });
    expect((await stripe.subscriptions.list({ customer })).data).toEqual([]);
    expect(await send({ action: "delete_customer", customer })).toContain('role="alert"');
  });

  it("work through the control endpoint, too", async () => {
    const { control, id, read } = await start();
    expect((await control({ simulate: { action: "fail_renewal", subscription: id } })).status).toBe(200);
    expect(await read()).toMatchObject({ status: "past_due" });
    expect((await control({ simulate: { action: "pause", subscription: "sub_none" } })).status).toBe(409);
    expect((await control({ simulate: { action: "rain" } })).status).toBe(400);
  });
});

describe("the settings", () => {
  const ways = { webhooks: "late", latency: "20", attachAfter: "100", portalCancels: "cancel_at_period_end" };

  it("are saved and shown", async () => {
    const { send, sandbox } = await start();
    const text = await send({ change: "settings", ...ways });
    expect(sandbox.webhooks.mode).toEqual({ delayMs: 5_000 });
    expect(sandbox.control).toMatchObject({
      latency: { ms: 20 },
      attachAfterMs: 100,
      portalCancels: "cancel_at_period_end",
    });
    expect(text).toContain('<option value="late" selected="">');
    expect(await send({ change: "settings", ...ways, latency: "long" })).toContain('role="alert"');
  });

  it("keep a webhook mode that the control endpoint has set", async () => {
    const { send, sandbox, control } = await start();
    await control({ webhooks: { twice: true, delayMs: 1 } });
    await send({ change: "settings", ...ways, webhooks: "other" });
    expect(sandbox.webhooks.mode).toEqual({ twice: true, delayMs: 1 });
  });

  it("a webhook can be resent", async () => {
    const { send, sandbox } = await start();
    sandbox.webhookEndpoints.create({ url: "http://127.0.0.1:9/" });
    sandbox.webhooks.mode = "off";
    sandbox.customers.create();
    expect(await send({ change: "resend", delivery: "wd_1" })).toContain("sent again");
    expect(await send({ change: "resend", delivery: "wd_2" })).toContain('role="alert"');
  });
});

describe("access", () => {
  it("only allows this machine and forms of this page", async () => {
    const { listening, customer } = await start();
    const body = new URLSearchParams({ action: "delete_customer", customer });
    const sent = await fetch(listening.url, {
      method: "POST",
      body,
      headers: { Origin: "http://evil.example" },
    });
    expect(sent.status).toBe(403);
    const control = await fetch(`${listening.url}/_sandbox/control`, {
      method: "POST",
      body: "{}",
      headers: { Origin: "http://evil.example" },
    });
    expect(control.status).toBe(403);
    expect((await fetch(listening.url, { method: "DELETE" })).status).toBe(405);
  });
});
