import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { isRejected } from "~/billing/links/links";
import { PATIENT, withRuns } from "~/billing/testing/arbitraries";
import { countUnlinkedCustomers } from "~/dashboard/account-facts.server";
import { loadEvaluationContext, loadOptions } from "~/engine/evaluate/deps.server";
import { type LoadedSnapshot, loadSnapshots } from "~/engine/evaluate/snapshots.server";
import { notePaddedIds } from "~/engine/runs/phases/note-padded-ids.server";
import { createSeededRandom, type SeededRandom } from "~/engine/testing/seeded-random";
import { addUser, createWorld, syncAll, type World } from "~/engine/testing/world";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { STORED_LINKS, selectOwners } from "./customer-owners.server";

const USERS = 14;
const userIds = Array.from({ length: USERS }, (_, index) => `u_${index}`);
const customerIds = Array.from({ length: USERS }, (_, index) => `cus_${index}`);

let world: World;
beforeAll(async () => {
  world = await createWorld();
  const { db } = world;
  const random = createSeededRandom(20261129);
  const { pick } = random;
  const chance = (share: number) => random.next() < share;
  const anyone = [...userIds, "deleted"];
  const observed = { versionStart: 1, versionEnd: 2 };
  const rows = new Set<string>();
  for (const [index, id] of customerIds.entries()) {
    // Of some customers nothing or little is said.
    const share = [0, 0.15, 0.4][index % 3] ?? 0;
    const recorded = chance(share) ? { customerId: id } : {};
    await addUser(world, { id: userIds[index] ?? "", ...recorded });
    const metadataUserId = chance(share) ? pick(anyone) : null;
    const emailFolded = `${pick(userIds)}@example.com`;
    await db.stripeCustomer.create({ data: { id, metadataUserId, email: emailFolded, ...observed } });
    for (const part of [0, 1]) {
      const subscriptionId = `sub_${index}${part}`;
      await db.stripeSubscription.create({
        data: {
          ...{ id: subscriptionId, customerId: id, status: "active", items: [], cancelAtPeriodEnd: false },
          ...{ created: new Date(), startDate: new Date(), gone: chance(0.2), ...observed },
          metadataUserId: chance(share) ? pick(anyone) : null,
        },
      });
      const userId = pick(anyone);
      if (!chance(share) || rows.has(userId)) continue;
      rows.add(userId);
      const row = { userId, stripeSubscriptionId: subscriptionId, stripePriceId: "price" };
      await db.billingSubscription.create({ data: { ...row, status: "active", currency: "usd" } });
    }
  }
  const links = new Map<
    string,
    { userId: string; customerId: string; subscriptionId: string; source: string }
  >();
  for (let count = 0; count < 24; count += 1) {
    const customer = 3 * random.below(4) + 2;
    const link = {
      userId: pick(anyone),
      customerId: `cus_${customer}`,
      subscriptionId: chance(0.5) ? "" : `sub_${customer}${pick([0, 1])}`,
      source: pick(Object.keys(STORED_LINKS)),
    };
    links.set(`${link.userId} ${link.customerId} ${link.subscriptionId}`, link);
  }
  await db.link.createMany({ data: [...links.values()].map((link) => ({ ...link, actor: "test" })) });
}, 60_000);
afterAll(() => world.close());

const load = async (...ids: string[]) =>
  loadSnapshots(world.db, ids, loadOptions(await loadEvaluationContext(world.db), false));

/** By customer: the users whose own evaluation links it. */
function listOwners(snapshots: readonly LoadedSnapshot[]): Record<string, string[]> {
  const owners: Record<string, string[]> = Object.fromEntries(customerIds.map((id) => [id, []]));
  for (const snapshot of snapshots)
    for (const edge of snapshot.edges) {
      const { userId } = snapshot.record;
      const known = owners[edge.customerId];
      if (edge.userId !== userId || isRejected(snapshot, edge) || known?.includes(userId)) continue;
      known?.push(userId);
    }
  for (const known of Object.values(owners)) known.sort();
  return owners;
}

/** Rows of one statement come in no order: the same with every list sorted. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(inOrder).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inOrder(one)]));
}

const ownerRow = z.object({ userId: z.string() });

it("one user, many users and one customer give the same owners", async () => {
  const together = await load(...userIds);
  const alone = [];
  for (const id of userIds) alone.push(...(await load(id)));
  expect(inOrder(together)).toEqual(inOrder(alone));
  const byCustomer: Record<string, string[]> = {};
  for (const id of customerIds) {
    const rows = await queryRows(
      world.db,
      ownerRow,
      sql`SELECT DISTINCT "userId" FROM (${selectOwners(sql`${id}`)}) owners`,
    );
    byCustomer[id] = rows.map(({ userId }) => userId).sort();
  }
  expect(byCustomer).toEqual(listOwners(together));
  // Of all kinds there are some, or nothing would be compared.
  const counts = new Set(Object.values(byCustomer).map(({ length }) => Math.min(length, 2)));
  expect(counts).toEqual(new Set([0, 1, 2]));
});

/** What an application may record: blanks around ids and addresses, rows of deleted users, one address or id for several. */
async function recordAnything(random: SeededRandom) {
  const { db } = world;
  const blank = () => random.pick(["", "", " ", "\t", "\n "]);
  const userId = random.pick([...userIds, "deleted", "deleted too"]);
  const row = {
    stripeSubscriptionId: `${random.pick(customerIds).replace("cus", "sub")}${random.pick([0, 1])}${blank()}`,
  };
  const changes = [
    () =>
      db.user.updateMany({
        where: { id: userId },
        data: { email: `${blank()}${random.pick(userIds).toUpperCase()}@example.com` },
      }),
    () => db.user.updateMany({ where: { id: userId }, data: { emailVerified: random.next() < 0.5 } }),
    () =>
      db.user.updateMany({
        where: { id: userId },
        data: { stripeCustomerId: `${blank()}${random.pick(customerIds)}` },
      }),
    () => db.user.updateMany({ where: { id: userId }, data: { stripeCustomerId: null } }),
    () =>
      db.billingSubscription.upsert({
        where: { userId },
        create: { userId, ...row, stripePriceId: "price", status: "active", currency: "usd" },
        update: row,
      }),
    () => db.billingSubscription.deleteMany({ where: { userId } }),
  ];
  await random.pick(changes)();
}

it("one user and many users are evaluated the same, whatever other records say", PATIENT, async () => {
  await world.db
    .$executeRaw`ALTER TABLE app."User" DROP CONSTRAINT "User_stripeCustomerId_key", DROP CONSTRAINT "User_email_key"`;
  await world.db
    .$executeRaw`ALTER TABLE app."BillingSubscription" DROP CONSTRAINT "BillingSubscription_stripeSubscriptionId_key"`;
  const { numRuns, interruptAfterTimeLimit = Number.POSITIVE_INFINITY } = withRuns(60);
  const until = performance.now() + interruptAfterTimeLimit;
  for (let n = 0; n < numRuns && performance.now() < until; n += 1) {
    const random = createSeededRandom(20261130 + n);
    for (let changes = 0; changes < 4; changes += 1) await recordAnything(random);
    await notePaddedIds(world.db, null);
    const together = await load(...userIds);
    for (const snapshot of random.sample(together, 4)) {
      const alone = await load(snapshot.record.userId);
      expect(inOrder(alone), `seed ${20261130 + n}`).toEqual(inOrder([snapshot]));
    }
  }
});

it("a payer whose recorded user was rejected by staff is listed as unclaimed", async () => {
  const { db, prices, sandbox } = world;
  const customer = sandbox.customers.create({ email: "none@nowhere.com" }).id;
  sandbox.subscriptions.create({ customer, items: [{ price: prices.army }] });
  await addUser(world, { id: "wrong", customerId: customer });
  await db.link.create({
    data: { userId: "wrong", customerId: customer, source: "rejected", actor: "staff" },
  });
  const before = await countUnlinkedCustomers(db);
  await syncAll(world.parity);
  const [payer] = await world.parity.unclaimedPayers({ limit: 1, search: customer });
  expect(payer?.customerId).toBe(customer);
  expect(await countUnlinkedCustomers(db)).toBe(before + 1);
  // A search for the customer still finds the user whose record names it.
  expect(await world.parity.findUser(customer)).toBe("wrong");
});
