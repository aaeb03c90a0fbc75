import type { Prisma } from "~/generated/prisma/client";
import type { SeededRandom } from "./seeded-random";
import type { World } from "./world";

// A few hundred users of every kind, whose records differ from Stripe.

/** For later changes: active subscriptions with one user each, and all users. */
export type MixedUsers = {
  subscriptions: { id: string; customerId: string; userId: string }[];
  users: string[];
};

type Customer = {
  status?: string;
  price?: "army" | "starter" | "odd";
  /** Its metadata names the user. */
  named?: boolean;
  /** Days since it was created; unless given random, half of them in one second. */
  age?: number;
  /** Eleven more items. */
  extras?: boolean;
  /** It was deleted. */
  deleted?: boolean;
};

type Kind = {
  /** How often, relative to the others. */
  weight: number;
  /** Customers in Stripe; the first is the recorded one. */
  customers?: Customer[];
  /** What the database has recorded: nothing unless given. */
  recorded?: "all" | "all but access";
  unverified?: boolean;
  comp?: boolean;
  /** The customer's metadata names another user. */
  contested?: boolean;
};

const KINDS: Kind[] = [
  { weight: 12, customers: [{}] },
  { weight: 5, customers: [{}], recorded: "all" },
  { weight: 3, customers: [{ status: "canceled" }], recorded: "all" },
  { weight: 2, customers: [{ price: "starter" }], recorded: "all" },
  { weight: 2, customers: [{}], recorded: "all but access" },
  { weight: 2, customers: [{ named: false }] },
  { weight: 1, customers: [{ named: false }], unverified: true },
  { weight: 1, customers: [{ extras: true }] },
  { weight: 1, customers: [{ status: "incomplete" }] },
  { weight: 1, customers: [{ status: "past_due", age: 3 }], recorded: "all" },
  { weight: 1, customers: [{ status: "past_due", age: 20 }], recorded: "all" },
  { weight: 1, customers: [{ status: "trialing" }] },
  { weight: 1, customers: [{ status: "unpaid" }], recorded: "all" },
  { weight: 1, customers: [{ status: "dormant" }], recorded: "all" },
  { weight: 1, customers: [{ price: "odd" }] },
  { weight: 1, customers: [{ status: "canceled" }, { price: "starter" }] },
  { weight: 1, customers: [{}], recorded: "all", contested: true },
  { weight: 1, customers: [{ deleted: true }], recorded: "all" },
  { weight: 1, comp: true },
  { weight: 2 },
];

type Rows = {
  user: Prisma.UserCreateManyInput[];
  billing: Prisma.BillingSubscriptionCreateManyInput[];
  workspace: Prisma.WorkspaceCreateManyInput[];
  comp: Prisma.CompCreateManyInput[];
};

const DAY = 86_400;

/** Adds `many` users: each kind once, then random kinds. The database has no observations yet. */
export async function addMixedUsers(world: World, random: SeededRandom, count: number): Promise<MixedUsers> {
  const { sandbox, db } = world;
  const mixed: MixedUsers = { subscriptions: [], users: [] };
  const rows: Rows = { user: [], billing: [], workspace: [], comp: [] };
  const now = sandbox.clock.now();
  // Six hours beside now, so that no period ends, and nothing is paid, while a run is tried.
  const oneSecond = now - 100 * DAY - DAY / 4;
  const monthly = (name: string, amount: number) =>
    sandbox.prices.create({
      ...{ product: sandbox.products.create({ name }).id, currency: "usd", unit_amount: amount },
      recurring: { interval: "month" },
    }).id;
  const prices = { ...world.prices, odd: monthly("Odd", 700) };
  const extraPrices = [...Array(11).keys()].map((n) => monthly(`Extra ${n}`, n));

  const addCustomer = (userId: string, options: Customer, { contested = false }: Kind) => {
    const { status = "active", price = "army", named = true, age, extras = false, deleted = false } = options;
    const spread = random.next() < 0.5 ? oneSecond : oneSecond - random.below(200) * DAY;
    const created = age === undefined ? spread : now - age * DAY;
    const metadata: Record<string, string> = named ? { userId: contested ? "user0000" : userId } : {};
    const email = `${userId}@example.com`;
    const customerId = sandbox.customers.create({ email, metadata, created }).id;
    const items = [...(extras ? extraPrices : []), prices[price]].map((one) => ({ price: one }));
    const { id } = sandbox.subscriptions.create({ customer: customerId, items, status, created });
    if (deleted) sandbox.customers.delete(customerId);
    else if (status === "active" && !contested) mixed.subscriptions.push({ id, customerId, userId });
    return { customerId, subscriptionId: id };
  };

  const addOne = (id: string, kind: Kind) => {
    const [made] = (kind.customers ?? []).map((options) => addCustomer(id, options, kind));
    const recorded = kind.recorded === undefined ? undefined : made;
    const access = kind.recorded === "all";
    mixed.users.push(id);
    rows.user.push({
      ...{ id, email: `${id}@example.com`, emailVerified: !kind.unverified, name: id },
      ...(recorded && { stripeCustomerId: recorded.customerId, plan: "army", subscriptionStatus: "active" }),
    });
    rows.workspace.push({
      ...{ id: `${id}_w`, ownerId: id, name: "W" },
      ...(access && { status: "active", seats: 5 }),
    });
    if (recorded)
      rows.billing.push({
        ...{ userId: id, stripeSubscriptionId: recorded.subscriptionId, stripePriceId: prices.army },
        ...{ status: "active", plan: "army", amount: 20_000, currency: "usd", interval: "year" },
      });
    const expiresAt = new Date((now + 30 * DAY) * 1000);
    if (kind.comp)
      rows.comp.push({ userId: id, planId: "starter", reason: "a friend", actor: "staff", expiresAt });
  };

  const weighted = KINDS.flatMap((kind) => Array.from({ length: kind.weight }, () => kind));
  const kinds = [...KINDS];
  while (kinds.length < count) kinds.push(random.pick(weighted));
  sandbox.bulk(() => {
    for (const [n, kind] of kinds.entries()) addOne(`user${String(n).padStart(4, "0")}`, kind);
  });
  await db.user.createMany({ data: rows.user });
  await db.billingSubscription.createMany({ data: rows.billing });
  await db.workspace.createMany({ data: rows.workspace });
  await db.comp.createMany({ data: rows.comp });
  return mixed;
}
