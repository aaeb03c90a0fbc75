import type { Chance } from "./chance";
import type { Cast } from "./differences";
import { addUser, type World } from "./world";

// What happens between two runs, in Stripe and straight in the database: always the same for the same chance.

type Subscription = Cast["subscriptions"][number];

/** What may become of a subscription that is active. */
const FATES: ((world: World, one: Subscription) => void)[] = [
  ({ sandbox }, { id }) => sandbox.subscriptions.cancel(id),
  ({ sandbox }, { id }) => sandbox.life.cancelAtPeriodEnd(id, "cancel_at"),
  ({ sandbox }, { id }) => sandbox.life.cancelAtPeriodEnd(id, "cancel_at_period_end"),
  ({ sandbox, prices }, { id }) => sandbox.life.changePlan(id, prices.starter),
  ({ sandbox }, { id }) => sandbox.subscriptions.renew(id, { fails: true }),
  ({ sandbox }, { id }) => sandbox.subscriptions.setStatus(id, "unpaid"),
  ({ sandbox }, { customerId }) => sandbox.customers.delete(customerId),
];

/** A dozen customers change, with events: few enough for a tick. Others are changed in the database alone. */
export async function letLittleHappen(world: World, cast: Cast, chance: Chance): Promise<void> {
  const { sandbox } = world;
  const touched = chance.some(cast.subscriptions, FATES.length);
  for (const [n, one] of touched.entries()) FATES[n]?.(world, one);
  await addUser(world, { id: "late" });
  subscribe(world, "late", { userId: "late" });
  await addUser(world, { id: "guest" });
  const { customer, subscription } = subscribe(world, "someone-else", {});
  sandbox.checkoutSessions.create({
    ...{ customer, subscription, status: "complete", payment_status: "paid" },
    ...{ client_reference_id: "guest", metadata: { userId: "guest" } },
  });
  await addUser(world, { id: "addressed" });
  subscribe(world, "addressed", {});
  await tamper(world, cast, chance, 9);
}

/** Much changes; of half of it no event ever appears. */
export async function letMuchHappen(world: World, cast: Cast, chance: Chance): Promise<void> {
  const { sandbox, db } = world;
  const live = cast.subscriptions.filter(({ id }) => isActive(world, id));
  const touched = chance.some(live, Math.floor(live.length / 3));
  for (const one of touched) {
    const fate = chance.pick(FATES);
    if (chance.next() < 0.5) sandbox.bulk(() => fate(world, one));
    else fate(world, one);
  }
  for (const id of chance.some(cast.users, 12)) subscribe(world, `${id}-again`, { userId: id });
  await tamper(world, cast, chance, 40);
  const gone = chance.some(cast.users, 2);
  await db.workspace.deleteMany({ where: { ownerId: { in: gone } } });
  await db.user.deleteMany({ where: { id: { in: gone } } });
}

function subscribe({ sandbox, prices }: World, name: string, metadata: Record<string, string>) {
  const customer = sandbox.customers.create({ email: `${name}@example.com`, metadata }).id;
  const subscription = sandbox.subscriptions.create({ customer, items: [{ price: prices.army }] }).id;
  return { customer, subscription };
}

const isActive = ({ sandbox }: World, id: string) =>
  sandbox.account.store.subscriptions.find(id)?.status === "active";

/** Another program writes into the application's tables. */
async function tamper({ db }: World, cast: Cast, chance: Chance, many: number): Promise<void> {
  for (const [n, userId] of chance.some(cast.users, many).entries()) {
    const ownerId = userId;
    if (n % 3 === 0)
      await db.workspace.updateMany({ where: { ownerId }, data: { status: "locked", seats: 0 } });
    else if (n % 3 === 1)
      await db.workspace.updateMany({ where: { ownerId }, data: { status: "active", seats: 5 } });
    else await db.user.updateMany({ where: { id: userId }, data: { plan: "starter" } });
  }
}
