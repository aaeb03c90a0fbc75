import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import type Stripe from "stripe";
import { describe, expect, it, onTestFinished } from "vitest";
import { addCatalogue, catchStripeError, startSandbox } from "~/sandbox/testing/sandbox";
import type { SandboxOptions } from "../sandbox";

const SECRET = "whsec_of_the_test";

interface Received {
  body: string;
  signature: string;
}

/** A receiver on this machine that answers with these statuses, then with 200. */
async function receiver(...statuses: number[]) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    received.push({ body, signature: String(request.headers["stripe-signature"]) });
    response.writeHead(statuses.shift() ?? 200, { Location: "http://127.0.0.1:1/" }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return { url: `http://127.0.0.1:${port}/webhook`, received, ids: () => received.map(findEventId) };
}

function findEventId({ body }: Received): string {
  return (JSON.parse(body) as Stripe.Event).id;
}

async function start(options: SandboxOptions = {}, statuses: number[] = []) {
  const target = await receiver(...statuses);
  const webhooks = [{ url: target.url, secret: SECRET }];
  const parts = await startSandbox({ webhooks, webhookRetriesMs: [1, 1], ...options });
  const command = (body: object) =>
    fetch(`${parts.listening.url}/_sandbox/control`, { method: "POST", body: JSON.stringify(body) });
  return { ...parts, ...target, command };
}

describe("webhooks", () => {
  it("are signed and have the account's API version, as at Stripe", async () => {
    const { sandbox, stripe, received } = await start();
    const { id } = sandbox.customers.create({ name: "Ann" });
    await sandbox.webhooks.waitUntilIdle();
    const [{ body, signature } = { body: "", signature: "" }] = received;
    const event = stripe.webhooks.constructEvent(body, signature, SECRET);
    expect(event).toMatchObject({
      object: "event",
      type: "customer.created",
      api_version: "2026-10-28.endive",
      data: { object: { id, name: "Ann" } },
    });
    expect(await stripe.events.retrieve(event.id)).toMatchObject({ id: event.id });
    expect(() => stripe.webhooks.constructEvent(`${body} `, signature, SECRET)).toThrow();
    expect(() => stripe.webhooks.constructEvent(body, signature, "whsec_other")).toThrow();
  });

  it("are retried until a 2xx response, also after a redirect", async () => {
    const { sandbox, ids } = await start({}, [500, 302]);
    sandbox.customers.create();
    await sandbox.webhooks.waitUntilIdle();
    expect(new Set(ids()).size).toBe(1);
    expect(sandbox.webhooks.list()).toMatchObject([
      { state: "delivered", attempts: [{ status: 500 }, { status: 302 }, { status: 200 }] },
    ]);
  });

  it("fail after the last retry and can be resent", async () => {
    const { sandbox, received, listening, command } = await start({}, [500, 500, 500]);
    sandbox.customers.create();
    await sandbox.webhooks.waitUntilIdle();
    expect(sandbox.webhooks.list()).toMatchObject([{ state: "failed", type: "customer.created" }]);
    expect(received).toHaveLength(3);
    await command({ resend: true });
    await sandbox.webhooks.waitUntilIdle();
    expect(received).toHaveLength(4);
    const listed = await (await fetch(`${listening.url}/_sandbox/webhooks`)).json();
    expect(listed.deliveries).toMatchObject([{ state: "delivered", type: "customer.created" }]);
    const [first] = sandbox.webhooks.list();
    await command({ resend: first?.id });
    await command({ resend: first?.event });
    await sandbox.webhooks.waitUntilIdle();
    expect(received).toHaveLength(6);
  });

  it("have an attempt without a status when no server listens", async () => {
    const { sandbox } = await startSandbox({
      webhooks: [{ url: "http://127.0.0.1:9/", secret: SECRET }],
      webhookRetriesMs: [],
    });
    sandbox.customers.create();
    await sandbox.webhooks.waitUntilIdle();
    expect(sandbox.webhooks.list()).toMatchObject([{ state: "failed", attempts: [{ status: null }] }]);
  });

  it("are sent only to endpoints with that event type", async () => {
    const other = await receiver();
    const { sandbox, received, url } = await start({
      webhooks: [{ url: other.url, secret: SECRET, types: ["customer.deleted"] }],
    });
    sandbox.customers.delete(sandbox.customers.create().id);
    await sandbox.webhooks.waitUntilIdle();
    expect(other.received.map(({ body }) => JSON.parse(body).type)).toEqual(["customer.deleted"]);
    expect(received).toEqual([]);
    expect(url).not.toBe(other.url);
  });
});

describe("webhook modes", () => {
  it("can lose all webhooks", async () => {
    const { sandbox, received, command } = await start();
    await command({ webhooks: "off" });
    sandbox.customers.create();
    await sandbox.webhooks.waitUntilIdle();
    expect(sandbox.webhooks.list()).toMatchObject([{ state: "lost", attempts: [] }]);
    await command({ webhooks: "on" });
    sandbox.customers.create();
    await sandbox.webhooks.waitUntilIdle();
    expect(received).toHaveLength(1);
  });

  it("can send webhooks twice", async () => {
    const { sandbox, ids, command } = await start();
    await command({ webhooks: { twice: true } });
    sandbox.customers.create();
    await sandbox.webhooks.waitUntilIdle();
    expect(ids()).toHaveLength(2);
    expect(new Set(ids()).size).toBe(1);
  });

  it("can send webhooks in another order", async () => {
    const { sandbox, ids, command } = await start();
    await command({ webhooks: { shuffle: true } });
    const events: string[] = [];
    sandbox.onEvent(({ id }) => events.push(id));
    for (let i = 0; i < 4; i++) sandbox.customers.create();
    await sandbox.webhooks.waitUntilIdle();
    expect(ids()).not.toEqual(events);
    expect(ids().sort()).toEqual(events.sort());
  });

  it("can send webhooks late", async () => {
    const { sandbox, received, command } = await start();
    await command({ webhooks: { delayMs: 20 } });
    const before = performance.now();
    sandbox.customers.create();
    expect(sandbox.webhooks.list()).toMatchObject([{ state: "waiting" }]);
    await sandbox.webhooks.waitUntilIdle();
    expect(performance.now() - before).toBeGreaterThan(15);
    expect(received).toHaveLength(1);
  });

  it("can lose some webhooks", async () => {
    const { sandbox, received, command } = await start();
    await command({ webhooks: { dropRate: 0.5 } });
    for (let i = 0; i < 40; i++) sandbox.customers.create();
    await sandbox.webhooks.waitUntilIdle();
    expect(received.length).toBeGreaterThan(5);
    expect(received.length).toBeLessThan(35);
    expect(sandbox.webhooks.list().filter(({ state }) => state === "lost")).toHaveLength(
      40 - received.length,
    );
  });

  it("send nothing after the sandbox is closed", async () => {
    const { sandbox, received, listening } = await start({ webhookRetriesMs: [3_600_000] }, [500]);
    sandbox.customers.create();
    await expect.poll(() => received.length).toBe(1);
    await listening.close();
    sandbox.customers.create();
    await sandbox.webhooks.waitUntilIdle();
    expect(received).toHaveLength(1);
    expect(sandbox.webhooks.list()).toMatchObject([{ state: "failed" }, { state: "failed" }]);
  });
});

describe("webhook endpoints over the API", () => {
  it("show their secret once and can be changed, listed and deleted", async () => {
    const { stripe, sandbox } = await startSandbox();
    addCatalogue(sandbox);
    const target = await receiver();
    const made = await stripe.webhookEndpoints.create({
      url: target.url,
      enabled_events: ["customer.created", "customer.deleted"],
    });
    expect(made).toMatchObject({ status: "enabled", secret: expect.stringMatching(/^whsec_/) });
    sandbox.customers.create();
    await sandbox.webhooks.waitUntilIdle();
    const [{ body, signature } = { body: "", signature: "" }] = target.received;
    expect(stripe.webhooks.constructEvent(body, signature, made.secret ?? "").type).toBe("customer.created");
    const listed = await stripe.webhookEndpoints.list();
    expect(listed.data).toMatchObject([{ id: made.id, enabled_events: made.enabled_events }]);
    expect(listed.data[0]?.secret).toBeUndefined();
    expect(await stripe.webhookEndpoints.update(made.id, { disabled: true })).toMatchObject({
      status: "disabled",
    });
    sandbox.customers.create();
    expect(await stripe.webhookEndpoints.del(made.id)).toMatchObject({ deleted: true });
    expect(await catchStripeError(stripe.webhookEndpoints.retrieve(made.id))).toMatchObject({
      statusCode: 404,
    });
    await sandbox.webhooks.waitUntilIdle();
    expect(target.received).toHaveLength(1);
  });

  it("are only accepted on this machine", async () => {
    const { stripe, sandbox } = await startSandbox();
    const params = { enabled_events: ["*" as const] };
    for (const url of ["https://example.com/", "http://127.0.0.1.evil.example/", "ftp://localhost/"]) {
      expect(await catchStripeError(stripe.webhookEndpoints.create({ url, ...params }))).toMatchObject({
        param: "url",
      });
      expect(() => sandbox.webhookEndpoints.create({ url })).toThrow(
        "this machine and to allowed hosts only",
      );
    }
  });

  it("are accepted on a host that the options allow", async () => {
    const { stripe } = await startSandbox({ webhookHosts: ["app.internal"] });
    const made = await stripe.webhookEndpoints.create({
      url: "http://app.internal:3000/hook",
      enabled_events: ["*"],
      api_version: "2025-02-24.acacia",
    });
    expect(made).toMatchObject({ url: "http://app.internal:3000/hook", api_version: "2025-02-24.acacia" });
    expect(
      await catchStripeError(
        stripe.webhookEndpoints.update(made.id, { url: "http://other.internal:3000/hook" }),
      ),
    ).toMatchObject({ statusCode: 400, param: "url" });
  });
});
