import type { Prisma } from "~/generated/prisma/client";
import type { Chance } from "./testing-chance";
import type { World } from "./testing";

// A few hundred users of every kind, of whom the database knows something else than Stripe.

/** What there is in Stripe, for what is to happen to it later. */
export type Cast = { subscriptions: { id: string; customerId: string; userId: string }[]; users: string[] };

type Rows = {
  user: Prisma.UserCreateManyInput[];
  billing: Prisma.BillingSubscriptionCreateManyInput[];
  workspace: Prisma.WorkspaceCreateManyInput[];
  comp: Prisma.CompCreateManyInput[];
};
type Made = { customerId: string; subscriptionId: string };
type Recorded = { plan: string; status: string; soldiers: number };

const DAY = 86_400;
const FULL: Recorded = { plan: "army", status: "active", soldiers: 5 };

/** Adds `many` users, half of whose subscriptions were created in one second. The database has heard of no answer yet. */
export async function addDifferences(world: World, chance: Chance, many: number): Promise<Cast> {
  const { sandbox, db, prices } = world;
  const now = sandbox.clock.now();
  const oneSecond = now - 100 * DAY;
  const odd = sandbox.prices.create({
    ...{ product: sandbox.products.create({ name: "Odd" }).id, currency: "usd", unit_amount: 700 },
    recurring: { interval: "month" },
  }).id;
  const extras = [...Array(11).keys()].map((n) => {
    const extra = { product: sandbox.products.create({ name: `Extra ${n}` }).id, currency: "usd" };
    return sandbox.prices.create({ ...extra, unit_amount: n, recurring: { interval: "month" } }).id;
  });
  const cast: Cast = { subscriptions: [], users: [] };
  const rows: Rows = { user: [], billing: [], workspace: [], comp: [] };

  /** A user of the application, recorded as told. */
  const addUser = (id: string, recorded: Recorded | null, made: Made | null, verified = true) => {
    cast.users.push(id);
    rows.user.push({
      ...{ id, email: `${id}@example.com`, emailVerified: verified, name: id },
      stripeCustomerId: made?.customerId ?? null,
      plan: recorded?.plan ?? null,
      subscriptionStatus: recorded?.status ?? null,
    });
    const access = recorded !== null && recorded.soldiers > 0;
    rows.workspace.push({
      ...{ id: `${id}_w`, ownerId: id, name: "W", status: access ? "active" : "locked" },
      soldiers: recorded?.soldiers ?? 0,
    });
    if (recorded && made)
      rows.billing.push({
        ...{ userId: id, stripeSubscriptionId: made.subscriptionId, stripePriceId: prices.army },
        ...{ status: recorded.status, plan: recorded.plan, currency: "usd", interval: "year", amount: 20_000 },
      });
  };
  /** A customer with a subscription; `of`: whom its metadata names. */
  const addCustomer = (
    of: string,
    { status = "active", price = prices.army, named = true, age = 0, more = [] as string[] } = {},
  ): Made => {
    const created = age > 0 ? now - age * DAY : chance.next() < 0.5 ? oneSecond : oneSecond - chance.below(200) * DAY;
    const metadata: Record<string, string> = named ? { userId: of } : {};
    const customer = sandbox.customers.create({ email: `${of}@example.com`, metadata, created });
    const items = [...more, price].map((one) => ({ price: one }));
    const { id } = sandbox.subscriptions.create({ customer: customer.id, items, status, created });
    if (status === "active") cast.subscriptions.push({ id, customerId: customer.id, userId: of });
    return { customerId: customer.id, subscriptionId: id };
  };

  const kinds: Record<string, [weight: number, make: (id: string) => void]> = {
    paid_and_null: [12, (id) => (addCustomer(id), addUser(id, null, null))],
    in_step_but_for_details: [5, (id) => addUser(id, FULL, addCustomer(id))],
    canceled_with_access: [3, (id) => addUser(id, FULL, addCustomer(id, { status: "canceled" }))],
    plan_differs: [2, (id) => addUser(id, FULL, addCustomer(id, { price: prices.starter }))],
    workspace_locked: [2, (id) => addUser(id, { ...FULL, soldiers: 0 }, addCustomer(id))],
    known_by_address: [2, (id) => (addCustomer(id, { named: false }), addUser(id, null, null))],
    address_not_verified: [1, (id) => (addCustomer(id, { named: false }), addUser(id, null, null, false))],
    many_items: [1, (id) => (addCustomer(id, { more: extras }), addUser(id, null, null))],
    abandoned: [1, (id) => (addCustomer(id, { status: "incomplete" }), addUser(id, null, null))],
    past_due_in_grace: [1, (id) => addUser(id, FULL, addCustomer(id, { status: "past_due", age: 3 }))],
    past_due_for_long: [1, (id) => addUser(id, FULL, addCustomer(id, { status: "past_due", age: 20 }))],
    trial: [1, (id) => (addCustomer(id, { status: "trialing" }), addUser(id, null, null))],
    unpaid: [1, (id) => addUser(id, FULL, addCustomer(id, { status: "unpaid" }))],
    unknown_status: [1, (id) => addUser(id, FULL, addCustomer(id, { status: "dormant" }))],
    unknown_price: [1, (id) => (addCustomer(id, { price: odd }), addUser(id, null, null))],
    two_customers: [
      1,
      (id) => {
        addCustomer(id, { status: "canceled" });
        addCustomer(id, { price: prices.starter });
        addUser(id, null, null);
      },
    ],
    conflict: [
      1,
      (id) => {
        addUser(id, null, addCustomer(id));
        addUser(`${id}_rival`, FULL, null);
        addCustomer(`${id}_rival`, { status: "canceled" });
        sandbox.customers.update(cast.subscriptions.at(-1)?.customerId ?? "", {
          metadata: { userId: `${id}_rival` },
        });
      },
    ],
    nobody: [2, (id) => addUser(id, null, null)],
    comp: [
      1,
      (id) => {
        addUser(id, null, null);
        const expiresAt = new Date((now + 30 * DAY) * 1000);
        rows.comp.push({ userId: id, planId: "starter", reason: "a friend", actor: "staff", expiresAt });
      },
    ],
    customer_deleted: [
      1,
      (id) => {
        const made = addCustomer(id);
        addUser(id, FULL, made);
        cast.subscriptions.pop();
        sandbox.customers.delete(made.customerId);
      },
    ],
  };
  const urn = Object.values(kinds).flatMap(([weight, make]) => Array.from({ length: weight }, () => make));
  sandbox.bulk(() => {
    // Each kind once, then by chance.
    const makers = [...Object.values(kinds).map(([, make]) => make)];
    while (makers.length < many) makers.push(chance.pick(urn));
    for (const [n, make] of makers.entries()) make(`user${String(n).padStart(4, "0")}`);
  });
  await db.user.createMany({ data: rows.user });
  await db.billingSubscription.createMany({ data: rows.billing });
  await db.workspace.createMany({ data: rows.workspace });
  await db.comp.createMany({ data: rows.comp });
  return cast;
}
