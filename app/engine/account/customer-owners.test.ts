import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { isStripeId } from "~/billing/ids";
import { parseUsersQuery } from "~/dashboard/users-list/users-query";
import { loadEvaluationContext, loadOptions } from "~/engine/evaluate/deps.server";
import { loadSnapshots } from "~/engine/evaluate/snapshots.server";
import { listUsersOfCustomer } from "~/engine/observe/customer-users.server";
import { addUser, createWorld, type World } from "~/engine/testing/world";
import { queryRows } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { isPossibleId } from "./customer-owners.server";

let world: World;

/** How a customer belongs to its user; each case has a user, a customer `cus_…` and a subscription `sub_…` of that name. */
const LINKS = ["recorded", "recordedsub", "oncustomer", "onsubscription", "session", "confirmed"] as const;
/** What names a user and is no link. */
const NO_LINKS = ["rejected", "gone", "unknown"] as const;

beforeAll(async () => {
  world = await createWorld();
  const { db } = world;
  const observed = { versionStart: 1, versionEnd: 2 };
  for (const name of [...LINKS, ...NO_LINKS]) {
    await addUser(world, { id: name, ...(name === "recorded" && { customerId: `cus_${name}` }) });
    const named = name === "unknown" ? "no such user" : name;
    const onCustomer = name === "oncustomer" || name === "unknown";
    await db.stripeCustomer.create({
      data: { id: `cus_${name}`, metadataUserId: onCustomer ? named : null, ...observed },
    });
    await db.stripeSubscription.create({
      data: {
        id: `sub_${name}`,
        customerId: `cus_${name}`,
        status: "active",
        items: [],
        created: new Date(),
        startDate: new Date(),
        cancelAtPeriodEnd: false,
        metadataUserId: name === "onsubscription" || name === "gone" ? named : null,
        gone: name === "gone",
        ...observed,
      },
    });
    if (name === "session" || name === "confirmed" || name === "rejected")
      await db.link.create({
        data: { userId: name, customerId: `cus_${name}`, source: name, actor: "test" },
      });
  }
  await db.billingSubscription.create({
    data: {
      userId: "recordedsub",
      stripeSubscriptionId: "sub_recordedsub",
      stripePriceId: "price",
      status: "active",
      currency: "usd",
    },
  });
});
afterAll(() => world.close());

describe("whose customer it is", () => {
  it.each(LINKS)("is answered the same way by all that ask: %s", async (name) => {
    const customerId = `cus_${name}`;
    expect(await listUsersOfCustomer(world.db, customerId)).toEqual([name]);
    for (const id of [customerId, `sub_${name}`]) {
      expect(await world.parity.findUser(id)).toBe(name);
      const query = parseUsersQuery(new URLSearchParams({ q: id }));
      expect(await world.parity.users.loadPage(query)).toMatchObject({ ok: true, ids: [name] });
    }
    expect(await listLinkedCustomers(name)).toEqual([customerId]);
  });

  it.each(NO_LINKS)("is nothing that only looks like a link: %s", async (name) => {
    expect(await listUsersOfCustomer(world.db, `cus_${name}`)).toEqual([]);
    expect(await world.parity.findUser(`sub_${name}`)).toBeNull();
    expect(await listLinkedCustomers(name)).toEqual([]);
  });
});

/** The customers that the evaluation links to a user. */
async function listLinkedCustomers(userId: string): Promise<string[]> {
  const options = loadOptions(await loadEvaluationContext(world.db), false);
  const [snapshot] = await loadSnapshots(world.db, [userId], options);
  return (snapshot?.edges ?? []).filter((edge) => edge.userId === userId).map(({ customerId }) => customerId);
}

it("an id that Stripe could have made is told alike in SQL and in memory", async () => {
  const texts = [
    "cus_1",
    "A",
    "",
    " ",
    "cus_1\n",
    "cus 1",
    "cus-1",
    "cus_ü",
    "x".repeat(255),
    "x".repeat(256),
  ];
  const rows = await queryRows(
    world.db,
    z.object({ possible: z.boolean() }),
    sql`SELECT ${isPossibleId(sql`one.id`)} AS possible FROM unnest(${texts}::text[]) WITH ORDINALITY one(id, n) ORDER BY n`,
  );
  expect(rows.map(({ possible }) => possible)).toEqual(texts.map(isStripeId));
});
