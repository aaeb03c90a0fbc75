import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createEmptyDatabase } from "~/platform/testing/database";
import { checkAdoption, proposeAdoption } from "../adopt.server";

// Applications whose subscriptions hang on a row for the customer, which belongs to a user: Rails' Pay, dj-stripe.

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let client: pg.Client;
beforeAll(async () => {
  database = await createEmptyDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const work = { facts: null, signal: new AbortController().signal };

/** What is proposed, and what the check says is wrong with it. */
async function adopt(tables: string) {
  await client.query(`SET search_path = public; DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${tables}`);
  const { file } = await proposeAdoption(client, work);
  const text = file?.text ?? "";
  const { checks } = await checkAdoption(client, text, work);
  return { text, problems: checks.filter(({ level }) => level === "problem") };
}

it("a column beside that says whose row it is", async () => {
  const { text, problems } = await adopt(`
    CREATE TABLE users (id bigserial PRIMARY KEY, email varchar NOT NULL, confirmed_at timestamp);
    CREATE TABLE teams (id bigserial PRIMARY KEY, name text);
    CREATE TABLE pay_customers (id bigserial PRIMARY KEY, owner_type varchar, owner_id bigint, processor varchar NOT NULL, processor_id varchar, deleted_at timestamp);
    CREATE TABLE pay_subscriptions (id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES pay_customers, name varchar NOT NULL,
      processor_id varchar NOT NULL, processor_plan varchar NOT NULL, status varchar NOT NULL, current_period_end timestamp, ends_at timestamp);
    CREATE INDEX ON pay_subscriptions (customer_id);
    INSERT INTO users (email) SELECT 'u' || n || '@example.com' FROM generate_series(1, 20) n; INSERT INTO teams (name) VALUES ('a'), ('b');
    INSERT INTO pay_customers (owner_type, owner_id, processor, processor_id) SELECT CASE WHEN n > 18 THEN 'Team' ELSE 'User' END,
      CASE WHEN n > 18 THEN n - 18 ELSE n END, 'stripe', 'cus_' || n FROM generate_series(1, 20) n;
    INSERT INTO pay_subscriptions (customer_id, name, processor_id, processor_plan, status)
      SELECT n, 'default', 'sub_' || n, 'price_' || n % 2, 'past_due' FROM generate_series(1, 15) n`);
  expect(text).toContain("owners: { table: public.pay_customers, key: id,");
  expect(text).toContain(`person."id" = "owners"."owner_id" AND "owners"."owner_type" = 'User'`);
  expect(text).toContain(
    "subscriptions: { table: public.pay_subscriptions, owner: customer_id, key: id, rows: many",
  );
  expect(text).toContain("the rows of pay_customers are the owners");
  expect(problems).toEqual([]);
});

it("the customer's id as the key of the owner", async () => {
  const { text, problems } = await adopt(`
    CREATE TABLE auth_user (id serial PRIMARY KEY, email varchar NOT NULL);
    CREATE TABLE djstripe_customer (djstripe_id bigserial PRIMARY KEY, id varchar NOT NULL UNIQUE, email text NOT NULL DEFAULT '', subscriber_id int REFERENCES auth_user);
    CREATE TABLE djstripe_subscription (djstripe_id bigserial PRIMARY KEY, id varchar NOT NULL UNIQUE, status varchar NOT NULL,
      current_period_end timestamptz, customer_id varchar NOT NULL REFERENCES djstripe_customer (id));
    CREATE INDEX ON djstripe_subscription (customer_id);
    INSERT INTO auth_user (email) SELECT 'u' || n || '@example.com' FROM generate_series(1, 20) n;
    INSERT INTO djstripe_customer (id, subscriber_id) SELECT 'cus_' || n, n FROM generate_series(1, 20) n;
    INSERT INTO djstripe_subscription (id, status, customer_id) SELECT 'sub_' || n, 'past_due', 'cus_' || n FROM generate_series(1, 15) n`);
  expect(text).toContain("owners: { table: public.djstripe_customer, key: id }");
  expect(text).toContain('FROM "public"."auth_user" AS person WHERE person."id" = "owners"."subscriber_id"');
  expect(text).not.toContain("subscriptionCustomer");
  expect(problems).toEqual([]);
  const twice = text.replace("fields:\n", "fields:\n  subscriptionCustomer: subscriptions.customer_id\n");
  const { checks } = await checkAdoption(client, twice, work);
  expect(checks.map(({ text: said }) => said).join("\n")).toContain(
    "public.djstripe_subscription.customer_id holds the owner's key, and is written as such. Leave the field out",
  );
});
