import { afterAll, beforeAll, expect, it } from "vitest";
import { addPayingUser, CRON, createWorld, STAFF, syncAll, type World } from "~/engine/testing/world";
import { createDatabase } from "~/platform/client.server";
import { createLog } from "~/platform/log.server";
import { alterApplication } from "~/platform/testing/application";
import { createTestDatabase } from "~/platform/testing/database";

const DAY = 86_400;
const TYPES = { naive: "timestamp", exact: "timestamptz", seconds: "timestamp(0)" } as const;

/** A world whose database says Europe/Berlin, and whose application stores times in columns of this type. */
async function createBerlin(type: string): Promise<World> {
  const { db, url, drop } = await createTestDatabase();
  const name = new URL(url).pathname.slice(1);
  await db.$executeRawUnsafe(`ALTER DATABASE "${name}" SET timezone TO 'Europe/Berlin'`);
  await alterApplication(
    url,
    `ALTER TABLE app."User" ALTER COLUMN "currentPeriodEnd" TYPE ${type};
     ALTER TABLE app."BillingSubscription" ALTER COLUMN "currentPeriodStart" TYPE ${type}, ALTER COLUMN "currentPeriodEnd" TYPE ${type}`,
  );
  const berlin = createDatabase(url, { poolSize: 5 });
  const dropBoth = async () => {
    await berlin.$disconnect();
    await drop();
  };
  return createWorld({}, createLog({ level: "silent" }), { db: berlin, url, drop: dropBoth });
}

const worlds = new Map<string, World>();
beforeAll(async () => {
  for (const type of Object.values(TYPES)) worlds.set(type, await createBerlin(type));
});
afterAll(() => Promise.all([...worlds.values()].map((world) => world.close())));

it.each(Object.values(TYPES))(
  "case 30: a period is stored in UTC in a column %s, and is stable",
  async (type) => {
    const world = worlds.get(type);
    if (!world) throw new Error(`There is no world for ${type}`);
    const { db, sandbox, parity } = world;
    const [zone] = await db.$queryRaw<{ TimeZone: string }[]>`SHOW timezone`;
    expect(zone).toEqual({ TimeZone: "Europe/Berlin" });
    await addPayingUser(world, "winter", { price: world.prices.starter });
    // Its year ends in summer.
    const summer = sandbox.clock.now() - 140 * DAY;
    const { subscriptionId } = await sandbox.clock.runAt(summer, () => addPayingUser(world, "summer"));
    await syncAll(parity);
    const subscription = await db.stripeSubscription.findUniqueOrThrow({ where: { id: subscriptionId } });
    const [stored] = await db.$queryRaw<{ user: number; row: number }[]>`
    SELECT date_part('epoch', u."currentPeriodEnd")::float8 AS user, date_part('epoch', b."currentPeriodEnd")::float8 AS row
    FROM app."User" u JOIN app."BillingSubscription" b ON b."userId" = u.id WHERE u.id = 'summer'`;
    const items = JSON.stringify(subscription.items);
    expect(items).toContain(`"periodEnd":${stored?.user}`);
    expect(items).toContain(`"periodEnd":${stored?.row}`);
    const changes = await db.change.count();
    await syncAll(parity);
    await parity.syncUser({ userId: "summer", actor: STAFF });
    await parity.runs.cron({ budgetMs: 30_000, scope: "incremental" });
    await parity.syncUser({ userId: "winter", actor: CRON });
    expect(await db.change.count()).toBe(changes);
  },
);
