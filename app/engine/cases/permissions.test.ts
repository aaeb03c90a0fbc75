import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildEvent, openWebhookRoute, type WebhookRoute } from "~/engine/testing/webhook-route";
import {
  addPayingUser,
  addUser,
  CRON,
  createWorld,
  readAccess,
  STAFF,
  syncAll,
  WORKSPACE,
  type World,
} from "~/engine/testing/world";
import { createParity, type Parity } from "~/facade/parity.server";
import { createCheckoutClient } from "~/stripe/checkout.server";
import { formatPermission, PERMISSIONS, type PermissionEntry } from "~/stripe/permissions/catalogue";

let world: World;
let parity: Parity;
let webhook: WebhookRoute;
const CHECKOUT_KEY = "rk_test_checkout_of_this_world";

beforeAll(async () => {
  world = await createWorld({ attachAfterMs: 0, restrictedKeys: [CHECKOUT_KEY] });
  const checkout = createCheckoutClient({
    checkoutKey: CHECKOUT_KEY,
    apiBase: world.stripeUrl,
    ...world.sending,
  });
  parity = createParity({ ...world.deps, configuredAccountId: null, sandbox: false, checkout });
  webhook = openWebhookRoute(world);
  await syncAll(parity);
});
afterAll(async () => {
  await webhook.parity.close();
  await parity.close();
  await world.close();
});

let users = 0;
/** A user who has paid and is locked out. */
async function addLockedOut() {
  users += 1;
  const userId = `u${users}`;
  return { userId, ...(await addPayingUser(world, userId)) };
}
type LockedOut = Awaited<ReturnType<typeof addLockedOut>>;

const urls = { successUrl: "https://app.test/welcome", cancelUrl: "https://app.test/" };

/** What each caller does for a user, and what a person or a log reads of it. */
const CALLERS: Record<string, (user: LockedOut) => Promise<unknown>> = {
  "a full run": async () => syncAll(parity),
  "an incremental run": async () => parity.runs.cron({ budgetMs: 30_000, scope: "incremental" }),
  "the sync button": ({ userId }) => parity.syncUser({ userId, actor: STAFF }),
  "a workspace request": ({ userId }) => parity.syncUser({ userId, actor: WORKSPACE }),
  "a webhook": async ({ customerId }) => {
    await webhook.post(buildEvent({ id: "sub_1", object: "subscription", customer: customerId }));
    await webhook.parity.events.settle({ customerId });
  },
  "the return page": ({ userId }) => parity.checkout.sync({ userId, sessionId: null }),
};

/** `npm run hunt` tries each caller without each permission; otherwise what is not necessary is tried with every second one. */
const isWhole = Boolean(process.env.PARITY_HUNT);
function listCallers({ isNecessary, id }: PermissionEntry) {
  const place = PERMISSIONS.findIndex((one) => one.id === id);
  return Object.entries(CALLERS).filter((_, index) => isWhole || isNecessary || (index + place) % 2 === 0);
}

const ofSecretKey = PERMISSIONS.filter(({ key }) => key === "secret");
const listMissing = async () =>
  (await world.db.stripeRefusal.findMany({ orderBy: { subject: "asc" } })).map(({ subject }) => subject);

describe.each(ofSecretKey.map((permission) => [formatPermission(permission), permission] as const))(
  "without %s",
  (name, permission: PermissionEntry) => {
    it(`${permission.isNecessary ? "nothing is changed, and it is named" : "everything works"}; given back, all works`, async () => {
      const { probe } = world.deps.stripe;
      for (const [caller, act] of listCallers(permission)) {
        const user = await addLockedOut();
        world.sandbox.control.permissions.deny(permission.slug);
        const said = JSON.stringify(await act(user));
        expect(await readAccess(world, user.userId), caller).toBe(
          permission.isNecessary ? "locked 0" : "active 5",
        );
        if (permission.isNecessary) expect(await listMissing(), caller).toContain(permission.id);
        if (permission.isNecessary && !/webhook|return/.test(caller)) expect(said, caller).toContain(name);
        world.sandbox.control.permissions.allow();
        await probe(permission);
        expect(await listMissing(), caller).toEqual([]);
        if (!permission.isNecessary) continue;
        await act(user);
        expect(await readAccess(world, user.userId), `${caller}, given back`).toBe("active 5");
      }
    });
  },
);

it("the doctor names each missing permission and what does not work without it, and heals what is remembered", async () => {
  // The sandbox has no list of portal configurations, so that it says nothing about that permission.
  const asked = PERMISSIONS.filter(({ id }) => id !== "portal");
  for (const { slug } of asked) world.sandbox.control.permissions.deny(slug);
  const { checks, findings } = await parity.examine();
  const texts = checks.flatMap(({ found }) => found.map(({ text }) => text)).join("\n");
  for (const permission of asked) {
    expect(texts).toContain(formatPermission(permission));
    expect(texts).toContain(permission.without);
  }
  expect(findings).toBeGreaterThanOrEqual(asked.length - 1);
  expect(await listMissing()).toEqual(asked.map(({ id }) => id).sort());
  const { refusals } = await parity.frame();
  expect(refusals.map(({ name }) => name)).toContain("Events: Read");

  world.sandbox.control.permissions.allow();
  await parity.examine();
  expect(await listMissing()).toEqual([]);
});

it("buying needs the checkout key’s permission and the necessary ones; the portal its own", async () => {
  users += 1;
  const userId = `u${users}`;
  await addUser(world, { id: userId });
  const order = { userId, planId: "army", workspaceId: `${userId}_w1`, ...urls };
  world.sandbox.control.permissions.deny("rak_checkout_session_write", CHECKOUT_KEY);
  expect(await parity.checkout.start(order)).toMatchObject({ ok: false });
  expect(await listMissing()).toContain("checkout");
  world.sandbox.control.permissions.allow();
  world.sandbox.control.permissions.deny("rak_customer_read");
  expect(await parity.checkout.start(order)).toEqual({ ok: false, reason: "stripe_refused" });
  world.sandbox.control.permissions.allow();
  world.sandbox.control.permissions.deny("rak_event_read");
  expect(await parity.checkout.start(order)).toMatchObject({ ok: true });
  world.sandbox.control.permissions.allow();

  const payer = await addLockedOut();
  await parity.syncUser({ userId: payer.userId, actor: STAFF });
  const manage = () => parity.checkout.portal({ userId: payer.userId, returnUrl: urls.cancelUrl });
  world.sandbox.control.permissions.deny("rak_customer_portal_write", CHECKOUT_KEY);
  expect(await manage()).toMatchObject({ ok: false });
  expect(await listMissing()).toContain("portal");
  world.sandbox.control.permissions.allow();
  expect(await manage()).toMatchObject({ ok: true });
  expect(await listMissing()).not.toContain("portal");
});

it("a key that is revoked in the middle of a run takes no access, and the next run goes on once it is back", async () => {
  const user = await addLockedOut();
  const paid = await addLockedOut();
  await parity.syncUser({ userId: paid.userId, actor: STAFF });
  const { run } = await parity.runs.apply({ actor: CRON });
  const fault = world.sandbox.control.addFault({
    effect: { type: "invalid_key" },
    match: { path: "/v1/subscriptions" },
  });
  const stepped = await parity.runs.step(run.id, 30_000);
  expect(stepped).toMatchObject({ state: "failed", reason: expect.stringContaining("the key was refused") });
  expect(await listMissing()).toEqual(["key"]);
  expect((await parity.frame()).refusals).toMatchObject([{ name: "STRIPE_SECRET_KEY", isNecessary: true }]);
  expect(await readAccess(world, paid.userId)).toBe("active 5");
  world.sandbox.control.clearFaults(fault);
  expect(await syncAll(parity)).toMatchObject({ state: "done" });
  expect(await listMissing()).toEqual([]);
  expect(await readAccess(world, user.userId)).toBe("active 5");
});

it("docs/configuration.md names every permission, for which key, and what does not work without it", () => {
  const document = readFileSync("docs/configuration.md", "utf8");
  for (const { name, access, key, isNecessary, without } of PERMISSIONS) {
    const variable = key === "secret" ? "STRIPE_SECRET_KEY" : "STRIPE_CHECKOUT_KEY";
    const row = `| ${name} | ${access} | \`${variable}\` | ${isNecessary ? "yes" : "no"} | ${without} |`;
    expect(document, "the table of permissions in docs/configuration.md").toContain(row);
  }
});
