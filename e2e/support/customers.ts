import pg from "pg";
import { z } from "zod";
import type { Product } from "./product";

/** The key that the sandbox accepts in the demo. */
const sandboxKey = "sk_test_sandbox";

const withId = z.object({ id: z.string() });
const listed = z.object({ data: z.array(withId).min(1) });

export type Person = { name: string; email: string };

/**
 * Users that have paid for Army in Stripe, with a locked workspace and only the customer id in the database. They are
 * made as an application would: by SQL here, by the API there.
 */
export async function addPaidCustomers(product: Product, people: Person[]): Promise<string[]> {
  return query(product, async (client) => {
    const userIds: string[] = [];
    for (const { name, email } of people) {
      const customer = withId.parse(await requestSandbox(product, "/v1/customers", { name, email }));
      await subscribe(product, customer.id);
      const { rows } = await client.query<{ id: string }>(
        `INSERT INTO app."User" (email, name, "stripeCustomerId") VALUES ($1, $2, $3) RETURNING id`,
        [email, name, customer.id],
      );
      const userId = rows[0]?.id ?? "";
      await client.query(`INSERT INTO app."Workspace" ("ownerId", name) VALUES ($1, $2)`, [
        userId,
        `${name}’s`,
      ]);
      userIds.push(userId);
    }
    return userIds;
  });
}

/** Buys Army with a card of its own. */
async function subscribe(product: Product, customer: string): Promise<void> {
  const prices = listed.parse(await requestSandbox(product, "/v1/prices?lookup_keys[]=army_yearly"));
  const attach = "/v1/payment_methods/pm_card_visa/attach";
  const card = withId.parse(await requestSandbox(product, attach, { customer }));
  const price = prices.data[0]?.id ?? "";
  const subscription = { customer, "items[0][price]": price, default_payment_method: card.id };
  await requestSandbox(product, "/v1/subscriptions", subscription);
}

/**
 * A customer that pays for Army twice. The first person records it, and its metadata name the second: whose each subscription is, is
 * for a person to decide. The ids of the users, and of the subscriptions.
 */
export async function addContestedCustomer(
  product: Product,
  people: [Person, Person],
): Promise<{ userIds: string[]; subscriptionIds: string[] }> {
  const userIds = await addPaidCustomers(product, people);
  return query(product, async (client) => {
    const [first, second] = userIds;
    const { rows } = await client.query<{ customer: string }>(
      `SELECT "stripeCustomerId" AS customer FROM app."User" WHERE id = $1`,
      [first],
    );
    const customer = rows[0]?.customer ?? "";
    await client.query(`UPDATE app."User" SET "stripeCustomerId" = NULL WHERE id = $1`, [second]);
    await requestSandbox(product, `/v1/customers/${customer}`, { "metadata[userId]": second ?? "" });
    await subscribe(product, customer);
    const list = listed.parse(await requestSandbox(product, `/v1/subscriptions?customer=${customer}`));
    return { userIds, subscriptionIds: list.data.map(({ id }) => id) };
  });
}

/** What the application's own tables record about a user. */
export async function readRecord(product: Product, userId: string) {
  return query(product, async (client) => {
    const { rows } = await client.query<{
      plan: string | null;
      status: string | null;
      subscription: string | null;
      workspace: string;
      seats: number;
    }>(
      `SELECT u.plan, u."subscriptionStatus" AS status, b.status AS subscription, w.status AS workspace, w.soldiers AS seats
       FROM app."User" u JOIN app."Workspace" w ON w."ownerId" = u.id
       LEFT JOIN app."BillingSubscription" b ON b."userId" = u.id WHERE u.id = $1`,
      [userId],
    );
    return rows[0];
  });
}

/** Works on the application's tables by plain SQL, as the application does. */
export async function query<T>(product: Product, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: product.databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function requestSandbox(
  product: Product,
  path: string,
  form?: Record<string, string>,
): Promise<unknown> {
  const response = await fetch(new URL(path, product.sandboxUrl), {
    method: form ? "POST" : "GET",
    headers: { Authorization: `Bearer ${sandboxKey}` },
    body: form && new URLSearchParams(form),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
