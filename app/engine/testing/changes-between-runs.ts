import type { MixedUsers } from "./mixed-users";
import type { SeededRandom } from "./seeded-random";
import { addUser, type World } from "./world";

// Changes between two runs, in Stripe and directly in the database: the same for the same random choices.

type Subscription = MixedUsers["subscriptions"][number];

/** Possible changes of an active subscription. */
const CHANGES: ((world: World, one: Subscription) => void)[] = [
  ({ sandbox }, { id }) => sandbox.subscriptions.cancel(id),
  ({ sandbox }, { id }) => sandbox.lifecycle.cancelAtPeriodEnd(id, "cancel_at"),
  ({ sandbox }, { id }) => sandbox.lifecycle.cancelAtPeriodEnd(id, "cancel_at_period_end"),
  (world, { id }) => changePlan(world, id),
  ({ sandbox }, { id }) => sandbox.subscriptions.renew(id, { fails: true }),
  ({ sandbox }, { id }) => sandbox.subscriptions.setStatus(id, "unpaid"),
  ({ sandbox }, { customerId }) => sandbox.customers.delete(customerId),
];

/** A dozen customers change, with events: few enough for an incremental run. Others change in the database only. */
export async function applyFewChanges(world: World, users: MixedUsers, random: SeededRandom): Promise<void> {
  const { sandbox } = world;
  const touched = random.sample(users.subscriptions, CHANGES.length);
  for (const [n, one] of touched.entries()) CHANGES[n]?.(world, one);
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
  await tamper(world, users, random, 9);
}

/** Many customers change; for half of them no event appears. */
export async function applyManyChanges(world: World, users: MixedUsers, random: SeededRandom): Promise<void> {
  const { sandbox, db } = world;
  const live = users.subscriptions.filter(({ id }) => isActive(world, id));
  const touched = random.sample(live, Math.floor(live.length / 3));
  for (const one of touched) {
    const change = random.pick(CHANGES);
    if (random.next() < 0.5) sandbox.bulk(() => change(world, one));
    else change(world, one);
  }
  for (const id of random.sample(users.users, 12)) subscribe(world, `${id}-again`, { userId: id });
  await tamper(world, users, random, 40);
  const gone = random.sample(users.users, 2);
  await db.workspace.deleteMany({ where: { ownerId: { in: gone } } });
  await db.user.deleteMany({ where: { id: { in: gone } } });
}

/** Stripe has no subscription with prices of different intervals: one with several items is canceled in place of that. */
function changePlan({ sandbox, prices }: World, id: string): void {
  const items = sandbox.account.store.subscriptions.find(id)?.items ?? [];
  if (items.length > 1) sandbox.subscriptions.cancel(id);
  else sandbox.lifecycle.changePlan(id, prices.starter);
}

function subscribe({ sandbox, prices }: World, name: string, metadata: Record<string, string>) {
  const customer = sandbox.customers.create({ email: `${name}@example.com`, metadata }).id;
  const subscription = sandbox.subscriptions.create({ customer, items: [{ price: prices.army }] }).id;
  return { customer, subscription };
}

const isActive = ({ sandbox }: World, id: string) =>
  sandbox.account.store.subscriptions.find(id)?.status === "active";

/** Another program changes the application's tables. */
async function tamper({ db }: World, users: MixedUsers, random: SeededRandom, count: number): Promise<void> {
  for (const [n, userId] of random.sample(users.users, count).entries()) {
    const ownerId = userId;
    if (n % 3 === 0)
      await db.workspace.updateMany({ where: { ownerId }, data: { status: "locked", seats: 0 } });
    else if (n % 3 === 1)
      await db.workspace.updateMany({ where: { ownerId }, data: { status: "active", seats: 5 } });
    else await db.user.updateMany({ where: { id: userId }, data: { plan: "starter" } });
  }
}
