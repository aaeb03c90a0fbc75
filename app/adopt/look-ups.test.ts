import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApplications } from "~/mapping/testing/application";
import { withPgClient } from "~/platform/migrations/pg-client.server";
import { createTestDatabase } from "~/platform/testing/database";
import { readRecipe } from "./testing/shapes/recipes";

// PostgreSQL's own plans at 20,000 owners, and at 100,000 in the hunt: nothing that asks for one owner, or for a batch of them,
// may read a whole table.

const OWNERS = process.env.PARITY_HUNT ? 100_000 : 20_000;
const ALL = `generate_series(1, ${OWNERS}) n`;

let applications: Awaited<ReturnType<typeof openApplications>>;
beforeAll(async () => {
  applications = await openApplications();
});
afterAll(() => applications.close());

/** The look-ups of the bridge that read a whole table, with their plans. */
async function listScanning(
  client: pg.Client,
  toId: (n: number) => string,
  customer: string,
): Promise<string[]> {
  await client.query("ANALYZE");
  const ids = (count: number) =>
    `ARRAY[${Array.from({ length: count }, (_, n) => `'${toId(n * 7 + 1)}'`).join(", ")}]`;
  const asked = [1, 500].flatMap((count) =>
    ["users_by_id", "billing_by_user", "workspaces_by_owner"].map(
      (name) => `SELECT * FROM parity.${name}(${ids(count)})`,
    ),
  );
  asked.push(`SELECT id FROM parity."User" WHERE "stripeCustomerId" = '${customer}'`);
  const scanning: string[] = [];
  for (const sql of asked) {
    const { rows } = await client.query<{ "QUERY PLAN": string }>(`EXPLAIN ${sql}`);
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    // A function that is not inlined would hide what it does.
    if (/Seq Scan on|Function Scan on (users|billing|workspaces)_by/.test(plan))
      scanning.push(`${sql.slice(0, 80)}\n${plan}`);
  }
  return scanning;
}

it("the tables that have Parity’s own names", async () => {
  const { url, drop } = await createTestDatabase();
  try {
    await withPgClient(url, async (client) => {
      await client.query("BEGIN");
      await client.query(`INSERT INTO app."User" (id, email, "stripeCustomerId") SELECT 'u' || n, 'u' || n || '@example.com', 'cus_' || n FROM ${ALL};
        INSERT INTO app."BillingSubscription" ("userId", "stripeSubscriptionId", "stripePriceId", status, currency)
          SELECT 'u' || n, 'sub_' || n, 'price_a', 'active', 'usd' FROM ${ALL};
        INSERT INTO app."Workspace" (id, "ownerId", name) SELECT 'w' || n, 'u' || n, 'W' FROM ${ALL}`);
      expect(await listScanning(client, (n) => `u${n}`, "cus_7")).toEqual([]);
      await client.query("ROLLBACK");
    });
  } finally {
    await drop();
  }
});

describe("tables of applications", () => {
  const look = async (tables: string, file: string, toId: (n: number) => string) => {
    let scanning: string[] = [];
    await applications.run(tables, file, async ({ client }) => {
      scanning = await listScanning(client, toId, "cus_7");
    });
    return scanning;
  };

  it("with several rows for an owner, by a bigint", async () => {
    const tables = `
      CREATE TABLE users (id bigserial PRIMARY KEY, name text, email text, email_verified_at timestamp, created_at timestamp, updated_at timestamp, stripe_id text UNIQUE);
      CREATE TABLE subscriptions (id bigserial PRIMARY KEY, user_id bigint NOT NULL, type text, stripe_id text NOT NULL UNIQUE, stripe_status text NOT NULL, stripe_price text, quantity int, ends_at timestamp, created_at timestamp, updated_at timestamp);
      CREATE INDEX ON subscriptions (user_id, stripe_status);
      INSERT INTO parity."ChosenSubscription" SELECT n, 'sub_' || n || 1 FROM ${ALL};
      INSERT INTO users (stripe_id) SELECT 'cus_' || n FROM ${ALL};
      INSERT INTO subscriptions (user_id, stripe_id, stripe_status) SELECT n, 'sub_' || n || s, 'active' FROM ${ALL}, generate_series(1, 2) s`;
    expect(await look(tables, readRecipe("laravel/cashier-stripe"), String)).toEqual([]);
  });

  it("with expressions, JSON, and joins over keys of other types, also inside lists", async () => {
    const uuid = (n: string) => `('00000000-0000-4000-8000-' || lpad((${n})::text, 12, '0'))::uuid`;
    const tables = `
      CREATE TABLE people (id bigserial PRIMARY KEY, email text, verified_at timestamptz);
      CREATE TABLE orgs (id uuid PRIMARY KEY, person_id bigint REFERENCES people, settings jsonb);
      CREATE INDEX ON orgs ((settings #>> '{billing,customer}'));
      CREATE TABLE members (org_id text NOT NULL, person_id bigint NOT NULL, role text NOT NULL);
      CREATE INDEX ON members (org_id);
      CREATE TABLE billing (org_id text PRIMARY KEY, state jsonb NOT NULL);
      CREATE TABLE spaces (id serial PRIMARY KEY, org varchar(36) NOT NULL, state text, seats int);
      CREATE INDEX ON spaces (org);
      INSERT INTO people (email) SELECT 'u' || n || '@example.com' FROM ${ALL};
      INSERT INTO orgs SELECT ${uuid("n")}, n, jsonb_build_object('billing', jsonb_build_object('customer', 'cus_' || n)) FROM ${ALL};
      INSERT INTO members SELECT ${uuid("n")}, n, 'owner' FROM ${ALL};
      INSERT INTO billing SELECT ${uuid("n")}, jsonb_build_object('id', 'sub_' || n, 'status', 'active') FROM ${ALL};
      INSERT INTO spaces (org, state, seats) SELECT ${uuid("n")}, 'active', 1 FROM ${ALL}`;
    const file = `
version: 1
tables:
  owners: { table: orgs, key: id, where: "settings IS NOT NULL" }
  subscriptions: { table: billing, owner: org_id, insert: { set: {} } }
  workspaces: { table: spaces, key: id, owner: org }
fields:
  email:
    sql: >-
      (SELECT p.email FROM members m JOIN people p ON p.id = m.person_id
      WHERE m.org_id = owners.id::text AND m.role = 'owner' ORDER BY p.id LIMIT 1)
  emailVerified: { sql: "(SELECT p.verified_at IS NOT NULL FROM people p WHERE p.id = owners.person_id)" }
  customer: owners.settings->billing->customer
  subscription: subscriptions.state->id
  status: subscriptions.state->status
access: { by: workspaces, workspaces: { status: workspaces.state, seats: workspaces.seats } }
`;
    const toId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
    expect(await look(tables, file, toId)).toEqual([]);
  });
});
