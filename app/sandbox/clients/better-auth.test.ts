import { stripe as stripePlugin } from "@better-auth/stripe";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { expect, it } from "vitest";
import {
  addCatalogue,
  createClient,
  GOOD_CARD,
  sendForm,
  startSandbox,
  TEST_NOW,
} from "~/sandbox/testing/sandbox";
import { serveRequests } from "~/sandbox/testing/web-server";

const SECRET = "whsec_auth";
const DAY = 86_400;

interface Row {
  plan: string;
  status: string;
  stripeSubscriptionId: string | null;
  periodStart: Date;
  periodEnd: Date;
  trialEnd: Date | null;
  cancelAt: Date | null;
  cancelAtPeriodEnd: boolean;
  canceledAt: Date | null;
}

async function start() {
  const hook: { handle: (request: Request) => Promise<Response> } = {
    handle: () => Promise.resolve(new Response(null, { status: 503 })),
  };
  const origin = await serveRequests((request) => hook.handle(request));
  const parts = await startSandbox({
    webhooks: [{ url: `${origin}/api/auth/stripe/webhook`, secret: SECRET }],
    webhookRetriesMs: [],
    portalCancels: "cancel_at_period_end",
  });
  const { sandbox, listening } = parts;
  const { starter, army } = addCatalogue(sandbox);
  const database: Record<string, Row[]> = {
    user: [],
    session: [],
    account: [],
    verification: [],
    subscription: [],
  };
  const auth = betterAuth({
    baseURL: origin,
    secret: "a secret of this test that is long enough",
    database: memoryAdapter(database),
    emailAndPassword: { enabled: true },
    logger: { disabled: true },
    telemetry: { enabled: false },
    plugins: [
      stripePlugin({
        stripeClient: createClient(listening, sandbox.secretKey),
        stripeWebhookSecret: SECRET,
        createCustomerOnSignUp: true,
        subscription: {
          enabled: true,
          plans: [
            { name: "starter", priceId: starter, freeTrial: { days: 14 } },
            { name: "army", priceId: army },
          ],
        },
      }),
    ],
  });
  hook.handle = (request) => auth.handler(request);
  let cookie = "";
  const post = async (path: string, body: object) => {
    const response = await fetch(`${origin}/api/auth${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", Origin: origin, Cookie: cookie },
    });
    const cookies = response.headers.getSetCookie().map((one) => one.split(";")[0]);
    if (cookies.length > 0) cookie = cookies.join("; ");
    const answer: { url?: string; message?: string } = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${answer.message}`);
    return answer;
  };
  const settle = async () => {
    await sandbox.webhooks.waitUntilIdle();
    expect(sandbox.webhooks.list().filter(({ state }) => state !== "delivered")).toEqual([]);
    return database.subscription?.[0];
  };
  return { ...parts, origin, post, settle, army };
}

it("better-auth sells a plan with a trial, changes it, cancels it and takes the cancellation back", async () => {
  const { stripe, origin, post, settle, army, sandbox } = await start();
  await post("/sign-up/email", { name: "Ann", email: "ann@example.com", password: "long-enough-1" });
  expect((await stripe.customers.search({ query: 'email:"ANN@example.com"' })).data).toMatchObject([
    { name: "Ann", metadata: { customerType: "user" } },
  ]);

  const pages = {
    successUrl: `${origin}/paid`,
    cancelUrl: `${origin}/plans`,
    returnUrl: `${origin}/billing`,
  };
  const { url: payPage } = await post("/subscription/upgrade", { plan: "starter", ...pages });
  const paid = await sendForm(payPage ?? "", GOOD_CARD);
  expect(paid.headers.get("location")).toContain("/subscription/success");
  expect(await settle()).toMatchObject({
    plan: "starter",
    status: "trialing",
    periodStart: new Date(TEST_NOW * 1000),
    periodEnd: new Date((TEST_NOW + 14 * DAY) * 1000),
    trialEnd: new Date((TEST_NOW + 14 * DAY) * 1000),
  });

  const { url: changePage } = await post("/subscription/upgrade", { plan: "army", ...pages });
  const changed = await sendForm(changePage ?? "", { action: "confirm" });
  expect(changed.headers.get("location")).toBe(`${origin}/billing`);
  expect(await settle()).toMatchObject({ plan: "army" });
  const [own] = (await stripe.subscriptions.list()).data;
  expect(own?.items.data).toMatchObject([{ price: { id: army }, quantity: 1 }]);

  const { url: cancelPage } = await post("/subscription/cancel", { returnUrl: `${origin}/billing` });
  await sendForm(cancelPage ?? "", { action: "confirm" });
  const periodEnd = own?.items.data[0]?.current_period_end ?? 0;
  expect(await settle()).toMatchObject({
    status: "trialing",
    cancelAtPeriodEnd: true,
    cancelAt: new Date(periodEnd * 1000),
    canceledAt: new Date(TEST_NOW * 1000),
  });

  await post("/subscription/restore", {});
  expect(await settle()).toMatchObject({ cancelAtPeriodEnd: false, cancelAt: null, canceledAt: null });
  sandbox.lifecycle.reachPeriodEnd(own?.id ?? "");
  expect(await settle()).toMatchObject({ status: "active", plan: "army" });
});
