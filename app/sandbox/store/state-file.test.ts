import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import {
  addCatalogue,
  createClient,
  GOOD_CARD,
  sendForm,
  startSandbox,
  TEST_NOW,
} from "~/sandbox/testing/sandbox";
import { createSandbox } from "../sandbox";

function stateFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "deep", "state.json");
}

it("everything survives a restart with the same ids and can be changed again", async () => {
  const path = stateFile();
  const first = await startSandbox({ stateFile: path, seed: 7 });
  const { army } = addCatalogue(first.sandbox);
  const customer = first.sandbox.customers.create({ email: "ann@example.com", name: "Ann" });
  const gone = first.sandbox.customers.create({ id: "cus_gone" });
  const { id } = first.sandbox.subscriptions.create({
    customer: customer.id,
    items: [{ price: army }],
    trial_end: TEST_NOW + 1_000,
  });
  first.sandbox.checkoutSessions.create({ customer: customer.id, subscription: id, status: "complete" });
  first.sandbox.customers.delete(gone.id);
  first.sandbox.clock.advance(50);
  const before = {
    subscriptions: (await first.stripe.subscriptions.list({ price: army, expand: ["data.customer"] })).data,
    customers: (await first.stripe.customers.list({ email: "ann@example.com" })).data,
    events: (await first.stripe.events.list()).data,
    sessions: (await first.stripe.checkout.sessions.list()).data,
  };
  await first.listening.close();

  const second = await startSandbox({ stateFile: path, seed: 99 });
  expect(second.sandbox.restored).toBe(true);
  expect(second.sandbox.clock.now()).toBe(TEST_NOW + 50);
  expect({
    subscriptions: (await second.stripe.subscriptions.list({ price: army, expand: ["data.customer"] })).data,
    customers: (await second.stripe.customers.list({ email: "ann@example.com" })).data,
    events: (await second.stripe.events.list()).data,
    sessions: (await second.stripe.checkout.sessions.list()).data,
  }).toEqual(before);
  expect(await second.stripe.customers.retrieve("cus_gone")).toMatchObject({ deleted: true });
  expect((await second.stripe.customers.list()).data).toHaveLength(1);
  const next = second.sandbox.customers.create();
  expect(await second.stripe.customers.retrieve(next.id)).toMatchObject({ id: next.id, email: null });
});

it("rare fields survive a restart", async () => {
  const path = stateFile();
  const first = await startSandbox({ stateFile: path });
  const { starter } = addCatalogue(first.sandbox);
  const product = first.sandbox.products.create({ name: "Tiered", description: "By the piece" });
  const tiered = first.sandbox.prices.create({
    product: product.id,
    currency: "eur",
    tiers: [
      { up_to: 5, unit_amount: 3 },
      { up_to: null, flat_amount: 9 },
    ],
    tiers_mode: "volume",
    recurring: { interval: "week", interval_count: 2 },
    nickname: "by the week",
    currency_options: { usd: { tiers: [{ up_to: null, unit_amount_decimal: "0.5" }] } },
    transform_quantity: { divide_by: 2, round: "up" },
  });
  const customer = first.sandbox.customers.create({
    description: "VIP",
    phone: "1",
    currency: "eur",
    balance: -5,
    delinquent: true,
    test_clock: "clock_1",
  });
  const items = [{ price: tiered.id, quantity: 2, metadata: { seat: "a" } }, { price: starter }];
  const { id } = first.sandbox.subscriptions.create({
    customer: customer.id,
    currency: "usd",
    items,
    pause_collection: { behavior: "void", resumes_at: null },
    collection_method: "send_invoice",
    days_until_due: 30,
    default_payment_method: "pm_1",
    description: "By invoice",
    cancel_at_period_end: true,
    trial_end: TEST_NOW + 10,
    legacyPeriod: true,
  });
  const canceled = first.sandbox.subscriptions.create({ customer: customer.id, currency: "usd", items });
  first.sandbox.subscriptions.cancel(canceled.id, { reason: "payment_failed" });
  const readAll = async ({ stripe }: typeof first) => [
    await stripe.subscriptions.retrieve(id, { expand: ["customer"] }),
    await stripe.subscriptions.retrieve(canceled.id),
    await stripe.prices.retrieve(tiered.id, { expand: ["tiers", "product"] }),
  ];
  const before = await readAll(first);
  await first.listening.close();
  expect(await readAll(await startSandbox({ stateFile: path }))).toEqual(before);
});

it("a paid session without a subscription gets one after a restart, at the new address", async () => {
  const path = stateFile();
  const first = await startSandbox({ stateFile: path, attachAfterMs: 3_600_000 });
  const { army } = addCatalogue(first.sandbox);
  const create = () =>
    first.stripe.checkout.sessions.create({
      mode: "subscription",
      line_items: [{ price: army, quantity: 1 }],
      success_url: "http://127.0.0.1:9/",
      subscription_data: { metadata: { userId: "u1" } },
    });
  const paid = await create();
  const open = await create();
  await sendForm(paid.url ?? "", GOOD_CARD);
  expect((await first.stripe.subscriptions.list()).data).toEqual([]);
  await first.listening.close();

  const second = await startSandbox({ stateFile: path });
  expect((await second.stripe.subscriptions.list()).data).toMatchObject([{ metadata: { userId: "u1" } }]);
  const { url } = await second.stripe.checkout.sessions.retrieve(open.id);
  expect(url).toBe(`${second.listening.url}/c/pay/${open.id}`);
  expect((await sendForm(url ?? "", GOOD_CARD)).status).toBe(303);
});

it("portal sessions and webhook endpoints survive; endpoints from options are replaced", async () => {
  const path = stateFile();
  const options = (port: number) => [{ url: `http://127.0.0.1:${port}/`, secret: "whsec_1" }];
  const first = await startSandbox({ stateFile: path, webhooks: options(8) });
  const customer = first.sandbox.customers.create().id;
  const portal = await first.stripe.billingPortal.sessions.create({ customer });
  const made = await first.stripe.webhookEndpoints.create({
    url: "http://127.0.0.1:7/",
    enabled_events: ["customer.created"],
  });
  await first.listening.close();

  const second = await startSandbox({ stateFile: path, webhooks: options(9) });
  const urls = (await second.stripe.webhookEndpoints.list()).data.map(({ url }) => url);
  expect(urls.sort()).toEqual(["http://127.0.0.1:7/", "http://127.0.0.1:9/"]);
  expect(await second.stripe.webhookEndpoints.retrieve(made.id)).toMatchObject({
    enabled_events: ["customer.created"],
  });
  expect((await fetch(second.listening.url + new URL(portal.url).pathname)).status).toBe(200);
});

it("a file of an older version can be read", async () => {
  const path = stateFile();
  const first = createSandbox({ stateFile: path });
  first.customers.create({ email: "ann@example.com" });
  first.checkoutSessions.create({ client_reference_id: "u1" });
  first.flush();
  const state = JSON.parse(readFileSync(path, "utf8"));
  const { portalSessions: _portal, webhookEndpoints: _endpoints, ...store } = state.store;
  for (const record of store.checkoutSessions.records) {
    for (const key of ["hosted", "payment", "subscriptionMetadata", "trialDays"]) {
      if (record) delete record[key];
    }
  }
  for (const record of store.customers.records) if (record) delete record.rare.defaultPaymentMethod;
  writeFileSync(path, JSON.stringify({ ...state, store }));
  const second = await startSandbox({ stateFile: path });
  expect((await second.stripe.checkout.sessions.list()).data).toMatchObject([{ client_reference_id: "u1" }]);
  expect((await second.stripe.customers.list()).data).toMatchObject([{ email: "ann@example.com" }]);
});

it("the file is always complete and leaves no temporary files", () => {
  const path = stateFile();
  const sandbox = createSandbox({ stateFile: path });
  expect(existsSync(path)).toBe(false);
  sandbox.customers.create();
  sandbox.flush();
  expect(readdirSync(join(path, ".."))).toEqual(["state.json"]);
});

it("a file that is not a state file is rejected", () => {
  const path = stateFile();
  const sandbox = createSandbox({ stateFile: path });
  sandbox.customers.create();
  sandbox.flush();
  writeFileSync(path, `{"version":1}`);
  expect(() => createSandbox({ stateFile: path })).toThrow();
});

it("without a file nothing is kept, and the same seed gives the same ids", async () => {
  const [one, two] = [createSandbox({ seed: 3 }), createSandbox({ seed: 3 })];
  expect(one.customers.create()).toEqual(two.customers.create());
  const other = await startSandbox({ seed: 4 });
  const { id } = one.customers.create();
  const stripe = createClient(other.listening, other.sandbox.secretKey);
  await expect(stripe.customers.retrieve(id)).rejects.toMatchObject({ code: "resource_missing" });
});
