import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PATIENT, withRuns } from "~/billing/testing/arbitraries";
import { reconcileAll } from "~/engine/testing/installation";
import { createSeededRandom, type SeededRandom } from "~/engine/testing/seeded-random";
import { addUser, createWorld, type World } from "~/engine/testing/world";

const USERS = ["ann", "bob", "cid", "dan", "eva", "fay"];
// Not compared: when it was evaluated, and what only says who is to be evaluated. What that leaves out shows in a later round.
const STATUSES = {
  entangled: true,
  fingerprint: true,
  settled: true,
  evaluatedAt: true,
  evaluatedVersion: true,
  observedAt: true,
  revocationVersion: true,
} as const;

let world: World;
let customers: string[];
let subscriptions: string[];
beforeAll(async () => {
  world = await createWorld();
  // The application's own tables need not keep ids apart.
  await world.db
    .$executeRaw`ALTER TABLE app."User" DROP CONSTRAINT "User_stripeCustomerId_key", DROP CONSTRAINT "User_email_key"`;
  await world.db
    .$executeRaw`ALTER TABLE app."BillingSubscription" DROP CONSTRAINT "BillingSubscription_stripeSubscriptionId_key"`;
  await world.db.setting.create({ data: { key: "revocationLimitMinimum", value: 10_000 } });
  for (const id of USERS) await addUser(world, { id });
  const { sandbox, prices } = world;
  const created = sandbox.clock.now() - 100 * 86_400;
  const subscribe = (email: string, metadata: Record<string, string>, status: string) => {
    const customer = sandbox.customers.create({ email, created }).id;
    const items = [{ price: prices.army }];
    const { id } = sandbox.subscriptions.create({ customer, items, status, created, metadata });
    return { customer, id };
  };
  const made = [
    subscribe("ann@example.com", {}, "active"),
    subscribe("bob@example.com", { userId: "bob" }, "active"),
    subscribe("cid@example.com", {}, "canceled"),
    subscribe("guest@example.com", {}, "active"),
    subscribe("else@example.com", { userId: "late" }, "active"),
  ];
  customers = made.map(({ customer }) => customer);
  subscriptions = made.map(({ id }) => id);
});
afterAll(() => world.close());

/** Ways in which one user's record changes at the source. */
const CHANGES: ((userId: string, random: SeededRandom) => Promise<unknown>)[] = [
  (id, random) =>
    world.db.user.updateMany({ where: { id }, data: { stripeCustomerId: pickId(random, customers) } }),
  (id) => world.db.user.updateMany({ where: { id }, data: { stripeCustomerId: null } }),
  async (userId, random) => {
    const stripeSubscriptionId = pickId(random, subscriptions);
    await world.db.billingSubscription.deleteMany({ where: { userId } });
    await world.db.billingSubscription.create({
      data: {
        userId,
        stripeSubscriptionId,
        stripePriceId: world.prices.army,
        status: "active",
        currency: "usd",
      },
    });
  },
  (userId) => world.db.billingSubscription.deleteMany({ where: { userId } }),
  (id, random) =>
    world.db.user.updateMany({
      where: { id },
      data: {
        email: random.pick(["ann@example.com", " CID@example.com", "guest@example.com", "new@example.com"]),
      },
    }),
  (id, random) => world.db.user.updateMany({ where: { id }, data: { emailVerified: random.next() < 0.5 } }),
  async (id) => {
    await world.db.workspace.deleteMany({ where: { ownerId: id } });
    await world.db.user.deleteMany({ where: { id } });
  },
  async (id) => {
    if ((await world.db.user.count({ where: { id } })) === 0) await addUser(world, { id });
  },
  async () => {
    if ((await world.db.user.count({ where: { id: "late" } })) === 0) await addUser(world, { id: "late" });
  },
];

/** As applications record ids: some with blanks around them, some that Stripe does not have. */
const pickId = (random: SeededRandom, ids: readonly string[]): string =>
  random.pick([random.pick(ids), random.pick(ids), `${random.pick(ids)} `, "none"]);

it("the next incremental run gives a payment to the user with its address when another user's record ceases to name it", async () => {
  const { db, sandbox, prices, parity } = world;
  const customer = sandbox.customers.create({ email: "gus@example.com" }).id;
  sandbox.subscriptions.create({ customer, items: [{ price: prices.army }] });
  await addUser(world, { id: "gus" });
  await addUser(world, { id: "hal", customerId: customer });
  await reconcileAll(parity, "full");
  const readAccess = async () =>
    (
      await db.workspace.findMany({ where: { id: { in: ["gus_w1", "hal_w1"] } }, orderBy: { id: "asc" } })
    ).map(({ seats }) => seats);
  expect(await readAccess()).toEqual([0, 5]);
  await db.billingSubscription.deleteMany({ where: { userId: "hal" } });
  await db.user.update({ where: { id: "hal" }, data: { stripeCustomerId: null } });
  await reconcileAll(parity, "incremental");
  expect((await readAccess())[0]).toBe(5);
});

it("the next incremental run finds who is beside a user that a person looked at since", async () => {
  const { db, sandbox, prices, parity } = world;
  const customer = sandbox.customers.create({ email: "ida@example.com" }).id;
  const both = [1, 2].map(() => sandbox.subscriptions.create({ customer, items: [{ price: prices.army }] }));
  await addUser(world, { id: "ida", customerId: customer });
  await addUser(world, { id: "kim" });
  await reconcileAll(parity, "full");
  for (let n = 0; n < 3; n += 1) await reconcileAll(parity, "incremental");
  const isEntangled = async (userId: string) =>
    (await db.syncStatus.findUnique({ where: { userId } }))?.entangled;
  expect(await isEntangled("ida")).toBe(false);
  const idas = await db.billingSubscription.findUniqueOrThrow({ where: { userId: "ida" } });
  const other = both.find(({ id }) => id !== idas.stripeSubscriptionId)?.id ?? "none";
  const row = { stripeSubscriptionId: other, stripePriceId: prices.army, status: "active" };
  await db.billingSubscription.create({ data: { ...row, userId: "kim", currency: "usd" } });
  // What the person saw is no difference any more that a run would find, and nothing that it would look at again.
  const actor = { kind: "staff", id: "tester" } as const;
  expect(await parity.syncUser({ userId: "kim", actor })).toMatchObject({
    verdictAfter: "in_sync",
  });
  expect(await isEntangled("ida")).toBe(false);
  await reconcileAll(parity, "incremental");
  expect(await isEntangled("ida")).toBe(true);
  await db.billingSubscription.delete({ where: { userId: "kim" } });
  await db.user.update({ where: { id: "kim" }, data: { stripeCustomerId: null } });
  await reconcileAll(parity, "incremental");
  expect(await isEntangled("ida")).toBe(false);
});

/** The statuses of users who exist, and all changes: what a run leaves behind. */
async function readEnd() {
  const statuses = await world.db.syncStatus.findMany({ omit: STATUSES, orderBy: { userId: "asc" } });
  const exist = new Set((await world.db.user.findMany()).map(({ id }) => id));
  const changes = await world.db.change.findMany({
    select: { userId: true, verdict: true },
    orderBy: { id: "asc" },
  });
  return { changes, statuses: statuses.filter(({ userId }) => exist.has(userId)) };
}

/** Users that a full run may leave out. */
const listSettled = async () =>
  (await world.db.syncStatus.findMany({ where: { settled: true } })).map(({ userId }) => userId);

/** Incremental runs: what a repair or a new link changes for others, the next one sees. */
async function runUntilNothingChanges() {
  let end = await readEnd();
  for (let run = 1; ; run += 1) {
    const before = end;
    await reconcileAll(world.parity, "incremental");
    end = await readEnd();
    if (isDeepStrictEqual(end, before)) return end;
    expect(run, "runs that go on changing").toBeLessThan(6);
  }
}

it(
  "a full run finds nothing to do after incremental ones that have nothing left to do, whatever other users' records began or ceased to say",
  PATIENT,
  async () => {
    await reconcileAll(world.parity, "full");
    const { numRuns, interruptAfterTimeLimit = Number.POSITIVE_INFINITY } = withRuns(120);
    const until = performance.now() + interruptAfterTimeLimit;
    for (let n = 0; n < numRuns && performance.now() < until; n += 1) {
      const seed = 20261203 + n;
      const random = createSeededRandom(seed);
      for (let changes = 1 + random.below(2); changes > 0; changes -= 1)
        await random.pick(CHANGES)(random.pick(USERS), random);
      // A person looks at one of them before the run does.
      if (random.next() < 0.3)
        await world.parity.syncUser({ userId: random.pick(USERS), actor: { kind: "staff", id: "tester" } });
      const end = await runUntilNothingChanges();
      const settled = await listSettled();
      // It leaves no one out.
      await world.db.cursor.deleteMany({ where: { key: "evaluated_context" } });
      await reconcileAll(world.parity, "full");
      expect(await readEnd(), `seed ${seed}`).toEqual(end);
      // One more may be left out by the next full run; never one who must not be.
      expect(await listSettled(), `seed ${seed}`).toEqual(expect.arrayContaining(settled));
    }
  },
);
