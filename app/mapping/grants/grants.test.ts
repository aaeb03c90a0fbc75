import { randomUUID } from "node:crypto";
import type pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readCatalog } from "~/mapping/catalog.server";
import { parseMapping } from "~/mapping/parse-mapping.server";
import { install, openApplications } from "~/mapping/testing/application";
import { listGrants } from "./grants.server";

let applications: Awaited<ReturnType<typeof openApplications>>;
const role = `parity_${randomUUID().replaceAll("-", "")}`;
beforeAll(async () => {
  applications = await openApplications();
  await applications.client.query(`CREATE ROLE ${role}`);
});
afterAll(async () => {
  await applications.client.query(`DROP ROLE ${role}`);
  await applications.close();
});

const TABLES = `
  DROP SCHEMA parity CASCADE;
  CREATE SCHEMA shop;
  CREATE TABLE shop.users (id bigint PRIMARY KEY, email text, stripe_id text UNIQUE, password_hash text);
  CREATE TABLE shop."order" (id serial PRIMARY KEY, user_id bigint NOT NULL REFERENCES shop.users (id), stripe_id text UNIQUE,
    "status" text, price_id text, note text, updated_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE shop.prices (id text PRIMARY KEY, label text);
  CREATE TABLE shop.secrets (id int);
  INSERT INTO shop.users VALUES (1, 'ada@example.com', 'cus_1', 'x'), (2, 'bob@example.com', NULL, 'y');
  INSERT INTO shop."order" (user_id, stripe_id, status, price_id, note) VALUES (1, 'sub_1', 'active', 'price_1', 'kept');
  ALTER TABLE shop."order" ENABLE ROW LEVEL SECURITY;`;

const FILE = (end: string) => `
version: 1
tables:
  owners: { table: shop.users, key: id }
  subscriptions: { table: shop.order, owner: user_id, insert: true, end: ${end}, touch: updated_at }
  prices: { table: shop.prices, key: id, ensure: { label: new } }
fields:
  email: owners.email
  customer: owners.stripe_id
  subscription: subscriptions.stripe_id
  status: subscriptions.status
  price: subscriptions.price_id
access: { by: status }
`;

const TABLES_OF_PARITY = `
  CREATE TABLE parity."Mapping" (id int PRIMARY KEY, mapping jsonb, facts jsonb, source text, hash text, "installedBy" text, "installedAt" timestamptz DEFAULT now());
  CREATE TABLE parity."ChosenSubscription" ("userId" text PRIMARY KEY, "subscriptionId" text NOT NULL);`;

/** Makes the application, gives the role what the mapping needs, and goes on as that role. */
async function asRole(
  end: string,
  work: (client: pg.Client, grants: string[]) => Promise<void>,
): Promise<void> {
  const { client } = applications;
  await client.query("BEGIN");
  try {
    await client.query(TABLES);
    const parsed = parseMapping(FILE(end));
    if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
    const { mapping } = parsed;
    const grants = await listGrants(client, { mapping, catalog: await readCatalog(client, mapping) }, role);
    await client.query(grants.join("\n"));
    await client.query(`SET LOCAL ROLE ${role}`);
    await client.query(TABLES_OF_PARITY);
    await install(client, FILE(end));
    await work(client, grants);
  } finally {
    await client.query("ROLLBACK");
  }
}

const SUBSCRIPTION = { stripeSubscriptionId: "sub_2", stripePriceId: "price_2" };

it("gives a role what reading, locking and writing need", async () => {
  await asRole("delete", async (client, grants) => {
    expect(grants).toContain(`GRANT USAGE ON SEQUENCE shop.order_id_seq TO "${role}";`);
    const { rows } = await client.query(`SELECT id, "stripeCustomerId" FROM parity."User" ORDER BY id`);
    expect(rows).toEqual([
      { id: "1", stripeCustomerId: "cus_1" },
      { id: "2", stripeCustomerId: null },
    ]);
    await client.query("SELECT parity.lock_records(ARRAY['1', '2'], false)");
    const written = await client.query<{ n: number }>("SELECT parity.write_records($1) AS n", [
      JSON.stringify([
        { userId: "1", user: { subscriptionStatus: "canceled" }, billing: null, ends: true },
        {
          userId: "2",
          user: { stripeCustomerId: "cus_2", subscriptionStatus: "active" },
          billing: SUBSCRIPTION,
          ends: false,
        },
      ]),
    ]);
    expect(written.rows[0]?.n).toBe(4);
    const { rows: orders } = await client.query(
      `SELECT user_id, stripe_id, status, price_id FROM shop."order"`,
    );
    expect(orders).toEqual([{ user_id: "2", stripe_id: "sub_2", status: "active", price_id: "price_2" }]);
    expect((await client.query("SELECT * FROM shop.prices")).rows).toEqual([{ id: "price_2", label: "new" }]);
  });
});

it.each([
  ["a column that is not mapped", "UPDATE shop.users SET password_hash = 'z'"],
  ["the address of a user", "UPDATE shop.users SET email = 'z'"],
  ["a note beside a subscription", `UPDATE shop."order" SET note = 'z'`],
  ["a new user", "INSERT INTO shop.users (id) VALUES (3)"],
  ["the removal of a user", "DELETE FROM shop.users"],
  ["the removal of a subscription that the mapping keeps", `DELETE FROM shop."order"`],
  ["a price that is there", "UPDATE shop.prices SET label = 'z'"],
  ["a table that is not mapped", "SELECT * FROM shop.secrets"],
  ["a table of its own beside the application's", "CREATE TABLE shop.mine (id int)"],
  ["a column", "ALTER TABLE shop.users ADD mine int"],
  ["a trigger", "CREATE TRIGGER mine AFTER UPDATE ON shop.users EXECUTE FUNCTION parity.nothing()"],
])("does not give it %s", async (_, sql) => {
  await asRole("keep", async (client) => {
    await client.query(
      "CREATE FUNCTION parity.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    );
    await expect(client.query(sql)).rejects.toThrow(/permission denied|must be owner/);
  });
});
