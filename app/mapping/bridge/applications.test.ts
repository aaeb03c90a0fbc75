import { afterAll, beforeAll, expect, it } from "vitest";
import { openApplications } from "../testing/application";

let applications: Awaited<ReturnType<typeof openApplications>>;
beforeAll(async () => {
  applications = await openApplications();
});
afterAll(() => applications.close());

const END = Date.parse("2027-01-02T03:04:05Z") / 1000;

it("billing in columns of the users, with timestamps without a zone and a date", () =>
  applications.run(
    `CREATE TABLE users (id text PRIMARY KEY, email text, stripe_customer_id text, stripe_subscription_id text,
       stripe_price_id text, stripe_current_period_end timestamp(3), started date, note text DEFAULT 'x', updated timestamp);
     INSERT INTO users (id, email) VALUES ('ada', NULL), ('bob', 'bob@example.com');
     UPDATE users SET stripe_current_period_end = '2027-01-02 03:04:05.678' WHERE id = 'bob'`,
    `
version: 1
tables:
  owners: { table: users, key: id, touch: updated }
fields:
  email: owners.email
  customer: owners.stripe_customer_id
  subscription: owners.stripe_subscription_id
  price: owners.stripe_price_id
  periodEnd: owners.stripe_current_period_end
  created: owners.started
access: { by: date, grace: 1 day }
plan: { holds: price }
`,
    async ({ client, rows, write, user, billing }) => {
      await client.query("SET LOCAL TimeZone = 'Europe/Berlin'");
      const record = (userId: string) => ({
        userId,
        user: { stripeCustomerId: `cus_${userId}`, currentPeriodEnd: END },
        billing: {
          stripeSubscriptionId: `sub_${userId}`,
          stripePriceId: "price_a",
          createdAt: Math.floor(END / 86_400) * 86_400,
        },
      });
      expect(await write(record("ada"), record("bob"))).toBe(2);
      expect(
        await rows(
          `SELECT id, stripe_current_period_end::text AS ends, started::text, updated IS NOT NULL AS touched FROM users ORDER BY id`,
        ),
      ).toEqual([
        { id: "ada", ends: "2027-01-02 03:04:05", started: "2027-01-02", touched: true },
        // Its part of a second stays.
        { id: "bob", ends: "2027-01-02 03:04:05.678", started: "2027-01-02", touched: true },
      ]);
      expect(await user("ada")).toMatchObject({
        currentPeriodEnd: new Date(END * 1000),
        plan: null,
        email: "",
      });
      expect(await billing("ada")).toMatchObject({
        stripeSubscriptionId: "sub_ada",
        createdAt: new Date("2027-01-02"),
      });
      expect(await write(record("ada"), record("bob"))).toBe(0);
      // What is not named is not written, and a row without a subscription stays as it is.
      expect(await write({ userId: "ada", user: {}, billing: null })).toBe(0);
      expect(await write({ userId: "ada", user: { currentPeriodEnd: null } })).toBe(1);
      expect(await user("ada")).toMatchObject({ currentPeriodEnd: null, stripeCustomerId: "cus_ada" });
    },
  ));

it("uuid keys, an enum, customers in a table of their own, and prices that must exist", () =>
  applications.run(
    `CREATE SCHEMA auth; CREATE TYPE status AS ENUM ('active', 'trialing', 'canceled');
     CREATE TABLE auth.users (id uuid PRIMARY KEY, email varchar, email_confirmed_at timestamptz);
     CREATE TABLE customers (id uuid PRIMARY KEY REFERENCES auth.users, stripe_customer_id text UNIQUE);
     CREATE TABLE products (id text PRIMARY KEY, active boolean); CREATE TABLE prices (id text PRIMARY KEY, product_id text REFERENCES products, currency text);
     CREATE TABLE subscriptions (id text PRIMARY KEY, user_id uuid NOT NULL REFERENCES auth.users, status status, price_id text REFERENCES prices,
       metadata jsonb, quantity int, cancel_at_period_end boolean, created timestamptz NOT NULL DEFAULT now(), current_period_end timestamptz);
     INSERT INTO auth.users VALUES ('00000000-0000-0000-0000-00000000000a', 'ada@example.com', now())`,
    `
version: 1
tables:
  owners: { table: auth.users, key: id }
  customers: { table: public.customers, owner: id, insert: true }
  products: { table: products, key: id, ensure: { id: $product, active: true } }
  prices: { table: prices, key: id, ensure: { product_id: $product, currency: $currency } }
  subscriptions: { table: subscriptions, owner: user_id, rows: many, insert: true }
fields:
  email: owners.email
  emailVerified: owners.email_confirmed_at
  customer: customers.stripe_customer_id
  subscription: subscriptions.id
  status: subscriptions.status
  price: subscriptions.price_id
  quantity: subscriptions.quantity
  cancelAtPeriodEnd: subscriptions.cancel_at_period_end
  created: subscriptions.created
  periodEnd: subscriptions.current_period_end
metadataKeys: [supabaseUUID]
`,
    async ({ client, rows, write, user }) => {
      const id = "00000000-0000-0000-0000-00000000000a";
      const record = (status: string) => ({
        userId: id,
        user: {
          stripeCustomerId: "cus_a",
          subscriptionStatus: status,
          currentPeriodEnd: END,
          cancelAtPeriodEnd: false,
        },
        billing: { stripeSubscriptionId: "sub_a", stripePriceId: "price_a", quantity: 1, createdAt: 1000 },
        subscriptions: [
          {
            id: "sub_a",
            status,
            priceId: "price_a",
            productId: "prod_a",
            currency: "eur",
            quantity: 1,
            created: 1000,
            periodEnd: END,
            cancelAtPeriodEnd: false,
          },
        ],
      });
      expect(await write(record("active"))).toBe(4);
      expect(await rows("SELECT * FROM prices")).toEqual([
        { id: "price_a", product_id: "prod_a", currency: "eur" },
      ]);
      expect(await user(id)).toMatchObject({
        stripeCustomerId: "cus_a",
        subscriptionStatus: "active",
        emailVerified: true,
        currentPeriodEnd: new Date(END * 1000),
      });
      expect(await user(id.toUpperCase())).toBeUndefined();
      expect(await write(record("active"))).toBe(0);
      await client.query("SAVEPOINT before");
      await expect(write(record("paused"))).rejects.toMatchObject({
        code: "22P02",
        message: 'public.subscriptions: invalid input value for enum status: "paused"',
      });
      await client.query("ROLLBACK TO before");
      expect(await rows("SELECT * FROM parity.users_by_subscription(ARRAY['sub_a'])")).toEqual([
        { userId: id, stripeSubscriptionId: "sub_a" },
      ]);
    },
  ));

it("one row for each organization, which is removed when the subscription has ended; words of the application", () =>
  applications.run(
    `CREATE TYPE "SubscriptionStatus" AS ENUM ('ACTIVE', 'PAST_DUE', 'INACTIVE');
     CREATE TABLE "Organisation" (id text PRIMARY KEY, name text, "customerId" text UNIQUE, "ownerUserId" int);
     CREATE TABLE "Person" (id int PRIMARY KEY, email text);
     CREATE TABLE "Subscription" (id serial PRIMARY KEY, status "SubscriptionStatus" NOT NULL DEFAULT 'INACTIVE', "planId" text NOT NULL UNIQUE,
       "priceId" text NOT NULL, "periodEnd" timestamp(3), "organisationId" text NOT NULL UNIQUE REFERENCES "Organisation", "updatedAt" timestamp(3) NOT NULL);
     INSERT INTO "Person" VALUES (1, 'ada@example.com'); INSERT INTO "Organisation" VALUES ('org', 'Org', NULL, 1)`,
    `
version: 1
tables:
  owners: { table: public."Organisation", key: id }
  subscriptions: { table: public."Subscription", owner: organisationId, insert: true, touch: updatedAt, end: delete }
fields:
  email: { sql: '(SELECT email FROM public."Person" p WHERE p.id = owners."ownerUserId")' }
  name: owners.name
  customer: owners.customerId
  subscription: subscriptions.planId
  price: subscriptions.priceId
  status: subscriptions.status
  periodEnd: subscriptions.periodEnd
status: { words: { ACTIVE: [active, trialing], PAST_DUE: past_due, INACTIVE: [canceled, unpaid] } }
`,
    async ({ rows, write, user, billing }) => {
      const record = {
        userId: "org",
        user: { stripeCustomerId: "cus_o", subscriptionStatus: "ACTIVE", currentPeriodEnd: END },
        billing: { stripeSubscriptionId: "sub_o", stripePriceId: "price_o" },
      };
      expect(await user("org")).toMatchObject({
        email: "ada@example.com",
        subscriptionStatus: null,
        currentPeriodEnd: null,
      });
      expect(await write(record)).toBe(2);
      expect(await user("org")).toMatchObject({
        subscriptionStatus: "ACTIVE",
        stripeCustomerId: "cus_o",
        currentPeriodEnd: new Date(END * 1000),
      });
      expect(await write(record)).toBe(0);
      expect(await write({ ...record, ends: true })).toBe(1);
      expect(await billing("org")).toBeUndefined();
      expect(await write({ ...record, ends: true })).toBe(0);
      expect(await rows(`SELECT count(*)::int FROM "Subscription"`)).toEqual([{ count: 0 }]);
    },
  ));

it("users and organizations, whose row was made before the payment", () =>
  applications.run(
    `CREATE TABLE "user" (id text PRIMARY KEY, email text NOT NULL, "emailVerified" boolean NOT NULL, "stripeCustomerId" text);
     CREATE TABLE organization (id text PRIMARY KEY, name text, "stripeCustomerId" text);
     CREATE TABLE subscription (id text PRIMARY KEY, plan text NOT NULL, "referenceId" text NOT NULL, "stripeCustomerId" text,
       "stripeSubscriptionId" text, status text, "periodEnd" timestamptz, seats int);
     INSERT INTO "user" VALUES ('u', 'u@example.com', true, 'cus_u'); INSERT INTO organization VALUES ('o', 'O', NULL);
     INSERT INTO subscription VALUES ('1', 'pro', 'o', NULL, NULL, 'incomplete'), ('2', 'pro', 'o', NULL, NULL, 'incomplete')`,
    `
version: 1
tables:
  owners:
    - { as: users, table: user, key: id, fields: { email: users.email, emailVerified: users.emailVerified, customer: users.stripeCustomerId } }
    - { as: organizations, table: organization, key: id, fields: { name: organizations.name, customer: organizations.stripeCustomerId } }
  subscriptions: { table: subscription, owner: referenceId, key: id, rows: many, insert: { set: { id: $uuid } }, premade: '"stripeSubscriptionId" IS NULL' }
fields:
  subscription: subscriptions.stripeSubscriptionId
  subscriptionCustomer: subscriptions.stripeCustomerId
  status: subscriptions.status
  plan: subscriptions.plan
  periodEnd: subscriptions.periodEnd
  quantity: subscriptions.seats
access: { by: status }
`,
    async ({ rows, write, user }) => {
      expect(await rows(`SELECT id, email, name, "emailVerified" FROM parity."User" ORDER BY id`)).toEqual([
        { id: "o", email: "", name: "O", emailVerified: false },
        { id: "u", email: "u@example.com", name: null, emailVerified: true },
      ]);
      const record = (userId: string) => ({
        userId,
        user: {
          stripeCustomerId: `cus_${userId}`,
          subscriptionStatus: "active",
          plan: "pro",
          currentPeriodEnd: END,
        },
        billing: { stripeSubscriptionId: `sub_${userId}`, quantity: 4, customerId: `cus_${userId}` },
        subscriptions: [{ id: `sub_${userId}` }],
      });
      expect(await write(record("u"), record("o"))).toBe(3);
      expect(
        await rows(
          `SELECT id, "referenceId", "stripeSubscriptionId", status, seats FROM subscription ORDER BY "referenceId", id`,
        ),
      ).toEqual([
        { id: "1", referenceId: "o", stripeSubscriptionId: null, status: "incomplete", seats: null },
        { id: "2", referenceId: "o", stripeSubscriptionId: "sub_o", status: "active", seats: 4 },
        {
          id: expect.stringMatching(/^.{36}$/),
          referenceId: "u",
          stripeSubscriptionId: "sub_u",
          status: "active",
          seats: 4,
        },
      ]);
      expect(await user("o")).toMatchObject({
        subscriptionStatus: "active",
        plan: "pro",
        stripeCustomerId: "cus_o",
      });
      expect(await write(record("u"), record("o"))).toBe(0);
    },
  ));
