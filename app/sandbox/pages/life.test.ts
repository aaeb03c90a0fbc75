import { describe, expect, it } from "vitest";
import { addCatalogue, sendForm, startSandbox } from "~/sandbox/testing/sandbox";

async function started() {
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
  const happens = (what: string, more: Record<string, string> = {}) =>
    send({ happens: what, subscription: id, ...more });
  const read = () => parts.stripe.subscriptions.retrieve(id);
  const control = (body: object) =>
    fetch(`${home}/_sandbox/control`, { method: "POST", body: JSON.stringify(body) });
  return { ...parts, army, starter, customer, id, look, send, happens, read, control };
}

describe("the list", () => {
  it("finds customers by address, name and ids, and says how they stand", async () => {
    const { sandbox, customer, id, look } = await started();
    sandbox.customers.create({ email: "bob@example.com" });
    for (const query of ["ANN@", "ann <", customer, id]) {
      const text = await look(`/?q=${encodeURIComponent(query)}`);
      expect(text).toContain(customer);
      expect(text).not.toContain("bob@example.com");
    }
    expect(await look()).toContain("bob@example.com");
    expect(await look("/?q=nobody")).toContain("Nobody is called that.");
    expect(await look()).toContain("Starter, $20.00 a month, until 1 February 2026");
  });

  it("shows names as text, and not as markup", async () => {
    const { look } = await started();
    expect(await look()).toContain("Ann &lt;b&gt;");
    expect(await look("/?q=%22%3E%3Cscript%3E")).not.toContain("<script>");
  });

  it("shows so many, and says that there are more", async () => {
    const { sandbox, look } = await started();
    for (let i = 0; i < 20; i++) sandbox.customers.create({ email: `c${i}@example.com` });
    const text = await look();
    expect(text).toContain("There are more.");
    expect(text).not.toContain("ann@example.com");
  });
});

describe("what happens to a subscription", () => {
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
  ])("%s", async (what, expected, type) => {
    const { happens, read, stripe } = await started();
    expect(await happens(what)).toContain('role="status"');
    expect(await read()).toMatchObject(expected);
    expect((await stripe.events.list({ limit: 3 })).data.map((event) => event.type)).toContain(type);
  });

  it("a failed renewal begins the next period, and is recovered", async () => {
    const { happens, read, stripe } = await started();
    const before = await read();
    await happens("fail_renewal");
    const failed = await read();
    const end = before.items.data[0]?.current_period_end;
    expect(failed.items.data[0]?.current_period_start).toBe(end);
    expect(failed.latest_invoice).not.toBe(before.latest_invoice);
    await happens("recover");
    expect(await read()).toMatchObject({ status: "active" });
    const [newest] = (await stripe.events.list({ type: "invoice.paid" })).data;
    expect(newest?.data.object).toMatchObject({ id: failed.latest_invoice, status: "paid" });
  });

  it("one that was to end ends with its period, unless the cancellation was taken back", async () => {
    const { happens, read } = await started();
    await happens("cancel_at");
    await happens("keep");
    await happens("reach_period_end");
    expect(await read()).toMatchObject({ status: "active" });
    await happens("cancel_at");
    await happens("reach_period_end");
    expect(await read()).toMatchObject({ status: "canceled" });
    expect(await happens("pause")).toContain("has ended");
    expect(await read()).toMatchObject({ status: "canceled" });
  });

  it("a pause, another plan, and any status", async () => {
    const { happens, read, army } = await started();
    await happens("pause");
    await happens("resume");
    await happens("change_plan", { price: army });
    expect((await read()).items.data).toMatchObject([{ price: { id: army } }]);
    await happens("set_status", { status: "hibernating" });
    expect(await read()).toMatchObject({ status: "hibernating" });
  });
});

describe("what happens to a customer", () => {
  it("another address, one more subscription, the end", async () => {
    const { send, stripe, customer, army } = await started();
    await send({ happens: "change_email", customer, email: "Ann@example.org" });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ email: "Ann@example.org" });
    await send({ happens: "subscribe", customer, price: army });
    expect((await stripe.subscriptions.list({ customer })).data).toHaveLength(2);
    await send({ happens: "delete_customer", customer });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ deleted: true });
    expect((await stripe.subscriptions.list({ customer })).data).toEqual([]);
    expect(await send({ happens: "delete_customer", customer })).toContain('role="alert"');
  });

  it("by the control endpoint as well", async () => {
    const { control, id, read } = await started();
    expect((await control({ life: { happens: "fail_renewal", subscription: id } })).status).toBe(200);
    expect(await read()).toMatchObject({ status: "past_due" });
    expect((await control({ life: { happens: "pause", subscription: "sub_none" } })).status).toBe(409);
    expect((await control({ life: { happens: "rain" } })).status).toBe(400);
  });
});

describe("how Stripe behaves", () => {
  const ways = { webhooks: "late", latency: "20", attachAfter: "100", portalCancels: "cancel_at_period_end" };

  it("is set by a form, and shown", async () => {
    const { send, sandbox } = await started();
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

  it("what the control endpoint has set stays, unless something else is chosen", async () => {
    const { send, sandbox, control } = await started();
    await control({ webhooks: { twice: true, delayMs: 1 } });
    await send({ change: "settings", ...ways, webhooks: "other" });
    expect(sandbox.webhooks.mode).toEqual({ twice: true, delayMs: 1 });
  });

  it("a webhook is sent again", async () => {
    const { send, sandbox } = await started();
    sandbox.webhookEndpoints.create({ url: "http://127.0.0.1:9/" });
    sandbox.webhooks.mode = "off";
    sandbox.customers.create();
    expect(await send({ change: "resend", delivery: "wd_1" })).toContain("sent again");
    expect(await send({ change: "resend", delivery: "wd_2" })).toContain('role="alert"');
  });
});

describe("who may", () => {
  it("only this machine, asked for by its own name, and only forms of this page", async () => {
    const { listening, customer } = await started();
    const body = new URLSearchParams({ happens: "delete_customer", customer });
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
