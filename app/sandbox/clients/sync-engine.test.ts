import { createRequire } from "node:module";
import pg from "pg";
import Stripe from "stripe";
import { expect, it, onTestFinished } from "vitest";
import { createEmptyDatabase } from "~/platform/testing/database";
import { addCatalogue, GOOD_CARD, sendForm, startSandbox } from "~/sandbox/testing/sandbox";
import { serveRequests } from "~/sandbox/testing/web-server";

/*
 * @supabase/stripe-sync-engine copies an account into PostgreSQL: the whole with `all`, and changes by webhooks. Its tables
 * have the columns of older API versions, so it asks in one. Its ES module cannot find its own migrations.
 */
const engine: typeof import("@supabase/stripe-sync-engine") = createRequire(import.meta.url)(
  "@supabase/stripe-sync-engine",
);

const VERSION = "2025-02-24.acacia";
/** Its migrations want this role to exist. */
const OWNER =
  "DO $$ BEGIN CREATE ROLE postgres; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";
const SECRET = "whsec_sync";

async function start() {
  const database = await createEmptyDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const hook: { handle: (request: Request) => Promise<Response> } = {
    handle: () => Promise.resolve(new Response(null, { status: 503 })),
  };
  const origin = await serveRequests((request) => hook.handle(request));
  // It takes only events that are newer than its copy, by this machine's clock.
  const parts = await startSandbox({
    now: () => Date.now() / 1000,
    webhooks: [{ url: `${origin}/webhook`, secret: SECRET, apiVersion: VERSION }],
    webhookRetriesMs: [],
  });
  const { sandbox, listening } = parts;
  await client.query(OWNER);
  await engine.runMigrations({ databaseUrl: database.url, schema: "stripe" });
  const sync = new engine.StripeSync({
    poolConfig: { connectionString: database.url, max: 5 },
    schema: "stripe",
    stripeSecretKey: sandbox.secretKey,
    stripeWebhookSecret: SECRET,
    backfillRelatedEntities: true,
    // Of two events of one second it may take the older one last, so that it reads these again.
    revalidateObjectsViaStripeApi: ["invoice", "subscription"],
  });
  // It has no option for another address.
  const config: Stripe.StripeConfig = { host: "127.0.0.1", port: listening.port, protocol: "http" };
  sync.stripe = new Stripe(sandbox.secretKey, Object.assign(config, { apiVersion: VERSION }));
  hook.handle = async (request) => {
    const text = await request.text();
    await sync.processWebhook(text, request.headers.get("stripe-signature") ?? "");
    return new Response("{}");
  };
  onTestFinished(async () => {
    await client.end();
    await sync.postgresClient.pool.end();
    await database.drop();
  });
  const select = async (sql: string) => (await client.query(sql)).rows;
  return { ...parts, sync, select };
}

it("@supabase/stripe-sync-engine copies everything, and each webhook after that", async () => {
  const { sandbox, stripe, sync, select } = await start();
  sandbox.webhooks.mode = "off";
  const { starter, army } = addCatalogue(sandbox);
  const customers = [...Array(101).keys()].map(
    (n) => sandbox.customers.create({ email: `u${n}@example.com` }).id,
  );
  const subscriptions = customers
    .slice(0, 4)
    .map(
      (customer, n) =>
        sandbox.subscriptions.create({ customer, items: [{ price: n % 2 ? army : starter }] }).id,
    );
  const customer = customers[0] ?? "";
  await stripe.paymentMethods.attach("pm_card_visa", { customer });
  const charge = sandbox.payments.findCharge(subscriptions[0] ?? "") ?? "";
  await stripe.refunds.create({ charge, amount: 500 });
  sandbox.disputes.open({ charge: sandbox.payments.findCharge(subscriptions[1] ?? "") ?? "" });
  await stripe.checkout.sessions.create({
    mode: "subscription",
    line_items: [{ price: starter, quantity: 1 }],
    success_url: "http://127.0.0.1/paid",
    customer,
  });

  const [item] = (await stripe.subscriptions.retrieve(subscriptions[0] ?? "")).items.data;
  const copied = await sync.syncBackfill({ object: "all", backfillRelatedEntities: true });
  expect(Object.fromEntries(Object.entries(copied).map(([name, result]) => [name, result?.synced]))).toEqual({
    products: 2,
    prices: 2,
    plans: 2,
    customers: 101,
    subscriptions: 4,
    subscriptionSchedules: 0,
    invoices: 4,
    charges: 4,
    setupIntents: 0,
    paymentMethods: 1,
    paymentIntents: 4,
    taxIds: 0,
    creditNotes: 0,
    disputes: 1,
    earlyFraudWarnings: 0,
    refunds: 1,
    checkoutSessions: 1,
  });
  expect(
    await select(
      `SELECT status, current_period_start::int, current_period_end::int FROM stripe.subscriptions WHERE id = '${subscriptions[0]}'`,
    ),
  ).toEqual([
    {
      status: "active",
      current_period_start: item?.current_period_start,
      current_period_end: item?.current_period_end,
    },
  ]);
  expect(
    await select(
      `SELECT total::int, amount_paid::int, paid, subscription, charge FROM stripe.invoices WHERE subscription = '${subscriptions[0]}'`,
    ),
  ).toEqual([{ total: 2_000, amount_paid: 2_000, paid: true, subscription: subscriptions[0], charge }]);
  expect(await select(`SELECT amount_refunded::int FROM stripe.charges WHERE id = '${charge}'`)).toEqual([
    { amount_refunded: 500 },
  ]);
  expect(await select("SELECT count(*)::int FROM stripe.checkout_session_line_items")).toEqual([
    { count: 1 },
  ]);

  sandbox.webhooks.mode = "on";
  sandbox.clock.advance(60);
  const session = await stripe.checkout.sessions.create({
    mode: "subscription",
    line_items: [{ price: starter, quantity: 2 }],
    success_url: "http://127.0.0.1/paid",
  });
  await sendForm(session.url ?? "", GOOD_CARD);
  const { subscription } = await stripe.checkout.sessions.retrieve(session.id);
  sandbox.lifecycle.reachPeriodEnd(subscriptions[0] ?? "");
  await sandbox.webhooks.waitUntilIdle();
  expect(sandbox.webhooks.list().filter(({ state }) => state === "failed")).toEqual([]);
  expect(
    await select(`SELECT status, subscription FROM stripe.checkout_sessions WHERE id = '${session.id}'`),
  ).toEqual([{ status: "complete", subscription }]);
  expect(
    await select(
      `SELECT quantity::int FROM stripe.checkout_session_line_items WHERE checkout_session = '${session.id}'`,
    ),
  ).toEqual([{ quantity: 2 }]);
  expect(
    await select(
      `SELECT current_period_start::int FROM stripe.subscriptions WHERE id = '${subscriptions[0]}'`,
    ),
  ).toEqual([{ current_period_start: item?.current_period_end }]);
  expect(
    await select(`SELECT total::int, paid FROM stripe.invoices WHERE subscription = '${subscriptions[0]}'`),
  ).toEqual([
    { total: 2_000, paid: true },
    { total: 2_000, paid: true },
  ]);
});
