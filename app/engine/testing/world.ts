import { createAccountGuard } from "~/engine/account/account-guard.server";
import { createRefusalReport } from "~/engine/account/stripe-refusals.server";
import type { Deps } from "~/engine/evaluate/deps.server";
import { resumeEvents } from "~/engine/observe/events.server";
import type { Parity } from "~/facade/parity.server";
import { createParity } from "~/facade/parity.server";
import { createLog, type Log } from "~/platform/log.server";
import { createSurroundings } from "~/platform/surroundings/surroundings.server";
import { createTestDatabase, type TestDatabase } from "~/platform/testing/database";
import { nextVersion } from "~/platform/versions.server";
import { createSandbox, type Sandbox, type SandboxOptions } from "~/sandbox/sandbox";
import { createLimiter } from "~/stripe/limiter.server";
import type { SenderOptions } from "~/stripe/permissions/watched-sender.server";
import { createStripeReader } from "~/stripe/reader.server";
import { createMemoryBudget } from "~/stripe/testing/memory-budget";

/** A whole installation for a test: a real PostgreSQL, and the sandbox behind the real SDK over HTTP. */
export type World = TestDatabase & {
  sandbox: Sandbox;
  parity: Parity;
  /** Another process on the same database and the same Stripe (or, at `apiBase`, at another one). */
  another(options?: {
    secretKey?: string;
    apiBase?: string;
    configuredAccountId?: string;
    /** How long an answer of Stripe may take, by priority. Milliseconds. */
    timeouts?: SenderOptions["timeouts"];
  }): Parity;
  prices: { starter: string; army: string };
  /** Where the sandbox listens. */
  stripeUrl: string;
  /** How requests to Stripe are sent, for further clients. */
  sending: SenderOptions;
  /** The dependencies of `parity`, for tests of one function. */
  deps: Deps;
  close(): Promise<void>;
};

/** Requests a second that do not slow tests down. */
const FAST = { backgroundPerSecond: 2_000, interactivePerSecond: 2_000, globalPerSecond: 4_000 };

export async function createWorld(
  options: SandboxOptions = {},
  log: Log = createLog({ level: "silent" }),
  given?: TestDatabase,
): Promise<World> {
  const database = given ?? (await createTestDatabase());
  const { db } = database;
  const sandbox = createSandbox(options);
  const listening = await sandbox.listen();
  const installations: Parity[] = [];
  const createSending = (): SenderOptions => ({
    limiter: createLimiter({ budget: createMemoryBudget(FAST) }),
    nextVersion: () => nextVersion(db),
    report: createRefusalReport(db, log, () => resumeEvents(db)),
    log,
  });
  const another: World["another"] = ({ secretKey = sandbox.secretKey, timeouts, ...at } = {}) => {
    const apiBase = at.apiBase ?? listening.url;
    const stripe = createStripeReader({ secretKey, apiBase, ...createSending(), timeouts });
    const parity = createParity({
      db,
      stripe,
      configuredAccountId: at.configuredAccountId ?? null,
      sandbox: false,
      log,
      surroundings: createSurroundings({ databaseUrl: database.url }),
    });
    installations.push(parity);
    return parity;
  };
  const product = sandbox.products.create({ name: "Plans" });
  const month = { interval: "month" } as const;
  const starter = sandbox.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 2_000,
    recurring: month,
    lookup_key: "starter_monthly",
  });
  const army = sandbox.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 20_000,
    recurring: { interval: "year" },
    lookup_key: "army_yearly",
  });
  await db.plan.createMany({
    data: [
      { id: "starter", name: "Starter", seats: 1 },
      { id: "army", name: "Army", seats: 5 },
    ],
  });
  await db.planPrice.createMany({
    data: [
      { planId: "starter", lookupKey: "starter_monthly" },
      { planId: "army", lookupKey: "army_yearly" },
    ],
  });
  await db.setting.create({ data: { key: "writeMode", value: "full" } });
  // The result of a test must not depend on the hour.
  await db.$executeRaw`INSERT INTO parity."Setting" (key, value) VALUES ('fullRunHour', 'null')`;
  const sending = createSending();
  const stripe = createStripeReader({ secretKey: sandbox.secretKey, apiBase: listening.url, ...sending });
  const guard = createAccountGuard({ db, stripe, configuredAccountId: null, log });
  return {
    ...database,
    sandbox,
    stripeUrl: listening.url,
    sending,
    deps: { db, stripe, guard, log, callHelp: () => Promise.resolve() },
    parity: another(),
    another,
    prices: { starter: starter.id, army: army.id },
    async close() {
      sandbox.control.reset();
      await Promise.all(installations.map((one) => one.close()));
      await listening.close();
      await database.drop();
    },
  };
}

export type NewUser = {
  id: string;
  customerId?: string;
  workspaces?: { status: string; seats: number }[];
};

/** A user of the application, with one locked workspace unless given. */
export async function addUser(world: World, { id, customerId, workspaces }: NewUser): Promise<void> {
  await world.db.user.create({
    data: {
      id,
      email: `${id}@example.com`,
      emailVerified: true,
      name: id,
      stripeCustomerId: customerId ?? null,
    },
  });
  await world.db.workspace.createMany({
    data: (workspaces ?? [{ status: "locked", seats: 0 }]).map((workspace, index) => ({
      id: `${id}_w${index + 1}`,
      ownerId: id,
      name: `Workspace ${index + 1}`,
      ...workspace,
    })),
  });
}

/** A paying customer in Stripe, and a user whose record has only the customer's id. */
export async function addPayingUser(
  world: World,
  id: string,
  { price = world.prices.army, ...user }: Partial<NewUser> & { price?: string } = {},
): Promise<{ customerId: string; subscriptionId: string }> {
  const { sandbox } = world;
  const customer = sandbox.customers.create({ email: `${id}@example.com`, metadata: { userId: id } });
  const subscription = sandbox.subscriptions.create({ customer: customer.id, items: [{ price }] });
  await addUser(world, { id, customerId: customer.id, ...user });
  return { customerId: customer.id, subscriptionId: subscription.id };
}

/** The same, and synced. */
export async function addSyncedUser(
  world: World,
  id: string,
  options: Parameters<typeof addPayingUser>[2] = {},
) {
  const made = await addPayingUser(world, id, options);
  await world.parity.syncUser({ userId: id, actor: STAFF });
  return made;
}

/** Actors in tests. */
export const STAFF = { kind: "staff", id: null } as const;
export const CRON = { kind: "cron", id: null } as const;
export const WORKSPACE = { kind: "workspace", id: null } as const;

/** "active 5, locked 0": the workspaces of a user, in order. */
export async function readAccess({ db }: World, userId: string): Promise<string> {
  const rows = await db.workspace.findMany({ where: { ownerId: userId }, orderBy: { id: "asc" } });
  return rows.map(({ status, seats }) => `${status} ${seats}`).join(", ");
}

/** Changes with every row that is written, even with the same values. */
export async function readRowVersions({ db }: World): Promise<unknown> {
  return db.$queryRaw`
    SELECT 'User' AS of, string_agg(id || xmin::text, ',' ORDER BY id) FROM app."User"
    UNION ALL SELECT 'BillingSubscription', string_agg(id || xmin::text, ',' ORDER BY id) FROM app."BillingSubscription"
    UNION ALL SELECT 'Workspace', string_agg(id || xmin::text, ',' ORDER BY id) FROM app."Workspace"
    UNION ALL SELECT 'Change', string_agg(id || xmin::text, ',' ORDER BY id) FROM parity."Change"`;
}

/** Adds `many` paying users: `user0000` …, the newest last. Ids of their subscriptions. */
export async function addManyPayingUsers(world: World, count: number, prefix = "user"): Promise<string[]> {
  const { sandbox, db } = world;
  const users = [...Array(count).keys()].map((n) => `${prefix}${String(n).padStart(4, "0")}`);
  const made = sandbox.bulk(() =>
    users.map((id) => {
      const customer = sandbox.customers.create({ email: `${id}@example.com`, metadata: { userId: id } }).id;
      return sandbox.subscriptions.create({ customer, items: [{ price: world.prices.army }] }).id;
    }),
  );
  await db.user.createMany({
    data: users.map((id) => ({ id, email: `${id}@example.com`, emailVerified: true, name: id })),
  });
  await db.workspace.createMany({ data: users.map((id) => ({ id: `${id}_w1`, ownerId: id, name: "W" })) });
  return made;
}

/** Steps a run to its end. */
export async function runToEnd(parity: Parity, runId: string) {
  for (;;) {
    const run = await parity.runs.step(runId, 30_000);
    if (run.state !== "running") return run;
  }
}

/** Starts a run over all users, as `kind`, and steps it to its end. */
export async function syncAll(parity: Parity, kind: "cron" | "staff" = "cron") {
  const { run } = await parity.runs.apply({ actor: { kind, id: null } });
  return runToEnd(parity, run.id);
}
