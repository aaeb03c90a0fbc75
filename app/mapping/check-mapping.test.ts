import { afterAll, beforeAll, expect, it } from "vitest";
import { readCatalog } from "./catalog.server";
import { checkMapping } from "./check-mapping";
import { parseMapping, sortProblems } from "./parse-mapping.server";
import { openApplications } from "./testing/application";

let applications: Awaited<ReturnType<typeof openApplications>>;
beforeAll(async () => {
  applications = await openApplications();
});
afterAll(() => applications.close());

async function check(tables: string, file: string): Promise<string[]> {
  const parsed = parseMapping(file);
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  let found: string[] = [];
  await applications.withTables(tables, async (client) => {
    const findings = checkMapping(parsed.mapping, await readCatalog(client, parsed.mapping));
    found = sortProblems(findings.map(parsed.locate)).map(
      ({ line, message, isWarning }) => `${line}${isWarning ? "?" : ""}: ${message}`,
    );
  });
  return found;
}

it("names missing tables and columns, and those that may be meant", async () => {
  expect(
    await check(
      `CREATE SCHEMA app; CREATE TABLE app.users (id int PRIMARY KEY, stripe_customer_id text); CREATE TABLE subscription (id int PRIMARY KEY)`,
      `version: 1
tables:
  owners: { table: app.users, key: uid, touch: changed_at }
  subscriptions: { table: subscriptions, owner: user_id }
  profiles: { table: users, owner: id }
fields:
  customer: owners.customer_id
access: { by: date, column: owners.id }
`,
    ),
  ).toEqual([
    "3: app.users has no column uid: did you mean id?",
    "3: app.users has no column changed_at",
    "4: there is no table public.subscriptions: did you mean public.subscription?",
    "5: there is no table public.users: did you mean app.users?",
    "7: app.users has no column customer_id: did you mean stripe_customer_id?",
  ]);
});

it("names types that do not fit, keys that are not unique, and what cannot be written", async () => {
  expect(
    await check(
      `CREATE TYPE state AS ENUM ('on', 'off');
       CREATE TABLE users (a int, b int, customer text, data jsonb, state state, pro timestamptz, whole int GENERATED ALWAYS AS (a + 1) STORED, PRIMARY KEY (a, b));
       CREATE TABLE subs (id int PRIMARY KEY, user_id numeric, sub text, note text NOT NULL, UNIQUE (sub));
       CREATE VIEW grouped AS SELECT a AS id, max(customer) AS plan FROM users GROUP BY a`,
      `version: 1
tables:
  owners: { table: users, key: a }
  subscriptions: { table: subs, owner: user_id, insert: { set: { nothing: $thing } } }
  extra: { table: grouped, owner: id }
fields:
  customer: owners.data
  subscription: subscriptions.sub->id
  status: owners.state
  cancelAtPeriodEnd: owners.pro
  quantity: owners.whole
  plan: extra.plan
status: { words: { on: active, out: canceled } }
`,
    ),
  ).toEqual([
    "3: public.users.a is not unique: its primary key has several columns (a, b), which a mapping cannot use. Name a column with a unique index",
    "4: public.subs.user_id is numeric. The key of an owner is text, uuid or a whole number",
    "4: public.subs has no column nothing",
    "4: $thing is not known. Known: $now, $created, $uuid, $customer, $subscription, $price, $product, $currency, $interval",
    "4: public.subs.id must have a value when a row is inserted. Give it under insert: { set: { id: … } }, for example a constant, $uuid, $now or $product",
    "4: public.subs.note must have a value when a row is inserted. Give it under insert: { set: { note: … } }, for example a constant, $uuid, $now or $product",
    "7: public.users.data is jsonb. Name the key, as in owners.data->key",
    "8: public.subs.sub is text, and no JSON: subscriptions.sub->id has no keys",
    "9: public.users.state is state, which has no out. It has on, off",
    "10: public.users.pro is timestamp with time zone, which cannot hold yes or no",
    "11: public.users.whole cannot be written: it is computed, or the role of Parity may not update it",
    "12: public.grouped is a view that cannot be written. Map the table behind it, or give the view an INSTEAD OF UPDATE trigger",
  ]);
});

it("warns of look-ups without an index and of enums without one of Stripe's words, and refuses several rows where one is mapped", async () => {
  expect(
    await check(
      `CREATE TYPE status AS ENUM ('active', 'trialing', 'canceled', 'incomplete', 'incomplete_expired', 'past_due', 'unpaid');
       CREATE TABLE users (id int PRIMARY KEY, customer text); CREATE TABLE subs (id int PRIMARY KEY, user_id int, sub text, status status)`,
      `version: 1
tables:
  owners: { table: users, key: id }
  subscriptions: { table: subs, owner: user_id }
fields:
  customer: owners.customer
  subscription: subscriptions.sub
  status: subscriptions.status
`,
    ),
  ).toEqual([
    "4: public.subs.user_id is not unique, so that an owner may have several rows. Say rows: many, or make it unique",
    "4?: public.subs.user_id has no index, so that each look-up reads the whole table. CREATE INDEX CONCURRENTLY ON public.subs (user_id)",
    "8?: public.subs.status is status, which has no paused. It has active, trialing, canceled, incomplete, incomplete_expired, past_due, unpaid",
  ]);
});

it("finds nothing wrong with a view that can be written, a domain, a partitioned table, or a query with a table behind it", async () => {
  expect(
    await check(
      `CREATE DOMAIN customer_id AS text CHECK (value LIKE 'cus_%');
       CREATE TABLE people (id uuid PRIMARY KEY, customer customer_id, kind text, until date);
       CREATE VIEW users AS SELECT id, customer, until FROM people WHERE kind = 'user';
       CREATE TABLE subs (id text PRIMARY KEY, user_id uuid, sub text) PARTITION BY HASH (id); CREATE INDEX ON subs (user_id)`,
      `version: 1
tables:
  owners: { query: "SELECT u.* FROM users u", writes: users, key: id }
  subscriptions: { table: subs, owner: user_id, rows: many }
fields: { customer: owners.customer, subscription: subscriptions.sub }
access: { by: date, column: owners.until }
`,
    ),
  ).toEqual([]);
});

it("names words that a column of keys cannot hold", async () => {
  const file = (plan: string) => `version: 1
tables:
  owners: { table: users, key: id }
fields:
  customer: owners.customer
  plan: owners.plan_id
  status: owners.state_id
status: { words: { "1": active, 5b0e9f6a-6a49-4a5c-8a1d-6a1b1c9f9f01: canceled, off: unpaid } }
plans:
  pro: { ${plan} }
access: { by: status }
`;
  const tables = "CREATE TABLE users (id int PRIMARY KEY, customer text, plan_id bigint, state_id uuid)";
  expect(await check(tables, file("prices: [price_a]"))).toEqual([
    expect.stringMatching(/^6: public\.users\.plan_id is bigint, which cannot hold pro\. /),
    expect.stringMatching(/^7: public\.users\.state_id is uuid, which cannot hold 1, off\. /),
  ]);
  expect(
    await check(tables.replace("state_id uuid", "state_id text"), file('word: "2", prices: [price_a]')),
  ).toEqual([]);
});
