import pg from "pg";
import { z } from "zod";
import type { Product } from "./product";

/** The key that the sandbox accepts in the demo. */
const sandboxKey = "sk_test_sandbox";

const withId = z.object({ id: z.string() });
const prices = z.object({ data: z.array(withId).min(1) });

export type Person = { name: string; email: string };

/**
 * Users that have paid for Army in Stripe, with a locked workspace and only the customer id in the database. They are
 * made as an application would: by SQL here, by the API there.
 */
export async function addPaidCustomers(product: Product, people: Person[]): Promise<string[]> {
  const found = prices.parse(await requestSandbox(product, "/v1/prices?lookup_keys[]=army_yearly"));
  const price = found.data[0]?.id ?? "";
  return query(product, async (client) => {
    const userIds: string[] = [];
    for (const { name, email } of people) {
      const customer = withId.parse(await requestSandbox(product, "/v1/customers", { name, email }));
      const attach = "/v1/payment_methods/pm_card_visa/attach";
      const card = withId.parse(await requestSandbox(product, attach, { customer: customer.id }));
      await requestSandbox(product, "/v1/subscriptions", {
        ...{ customer: customer.id, "items[0][price]": price, default_payment_method: card.id },
      });
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
