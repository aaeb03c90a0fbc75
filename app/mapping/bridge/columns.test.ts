import { afterAll, beforeAll, expect, it } from "vitest";
import { openApplications } from "../testing/application";

let applications: Awaited<ReturnType<typeof openApplications>>;
beforeAll(async () => {
  applications = await openApplications();
});
afterAll(() => applications.close());

const END = Date.parse("2027-01-02T03:04:05Z") / 1000;

it("billing in JSON", () =>
  applications.run(
    `CREATE TABLE "Organization" (id text PRIMARY KEY, name text); CREATE TABLE "OrganizationBilling" ("organizationId" text PRIMARY KEY, billing jsonb NOT NULL DEFAULT '{}', raw json);
     INSERT INTO "Organization" VALUES ('a', 'A'), ('b', 'B'), ('c', 'C');
     INSERT INTO "OrganizationBilling" VALUES ('a', '{"limits": {"people": 5}, "stripe": {"plan": "free", "periodEnd": "2027-01-02T03:04:05.678Z"}}', '{"b":1,  "a":2}'), ('c', '{"stripe": 7}', NULL)`,
    `
version: 1
tables:
  owners: { table: '"Organization"', key: id }
  billing: { table: '"OrganizationBilling"', owner: organizationId, insert: true }
fields:
  name: owners.name
  customer: billing.billing->customer
  subscription: billing.billing->stripe->subscriptionId
  plan: billing.billing->stripe->plan
  status: billing.raw->status
  periodEnd: billing.billing->stripe->periodEnd
  cancelAtPeriodEnd: billing.billing->stripe->cancels
  created: { at: billing.billing->stripe->created, as: milliseconds }
  quantity: billing.billing->stripe->seats
plan: { none: free }
`,
    async ({ client, rows, write, user, billing }) => {
      const record = (userId: string) => ({
        userId,
        user: {
          stripeCustomerId: `cus_${userId}`,
          plan: "pro",
          subscriptionStatus: "active",
          currentPeriodEnd: END,
          cancelAtPeriodEnd: false,
        },
        billing: { stripeSubscriptionId: `sub_${userId}`, createdAt: 1_000, quantity: 3 },
      });
      expect(await user("a")).toMatchObject({
        plan: "free",
        currentPeriodEnd: new Date((END + 0.678) * 1000),
        cancelAtPeriodEnd: false,
      });
      expect(await write(record("a"), record("b"))).toBe(2);
      expect(await rows(`SELECT billing, raw FROM "OrganizationBilling" ORDER BY 1 DESC LIMIT 2`)).toEqual([
        {
          billing: {
            customer: "cus_a",
            limits: { people: 5 },
            stripe: {
              subscriptionId: "sub_a",
              plan: "pro",
              periodEnd: "2027-01-02T03:04:05.678Z",
              created: 1_000_000,
              seats: 3,
            },
          },
          raw: { a: 2, b: 1, status: "active" },
        },
        {
          billing: {
            customer: "cus_b",
            stripe: {
              subscriptionId: "sub_b",
              plan: "pro",
              periodEnd: "2027-01-02T03:04:05Z",
              created: 1_000_000,
              seats: 3,
              cancels: false,
            },
          },
          raw: { status: "active" },
        },
      ]);
      expect(await billing("b")).toMatchObject({ quantity: "3", createdAt: new Date(1_000_000) });
      expect(await write(record("a"), record("b"))).toBe(0);
      await client.query("SAVEPOINT before");
      await expect(write(record("c"))).rejects.toMatchObject({
        message: "public.OrganizationBilling: the JSON above plan is no object",
      });
      await client.query("ROLLBACK TO before");
    },
  ));

it("access in a column of its own, further columns that a plan sets, and columns that are emptied at the end", () =>
  applications.run(
    `CREATE TABLE "Team's ""people""" ("Key" int PRIMARY KEY, "E-mail" text, is_pro boolean NOT NULL DEFAULT false, customer text, sub text, product text, "max members" int, "infinite" timestamptz);
     INSERT INTO "Team's ""people""" ("Key", "E-mail", "infinite") VALUES (1, 'a@example.com', 'infinity')`,
    `
version: 1
tables:
  owners: { table: 'public."Team''s ""people"""', key: Key, end: clear }
fields:
  email: owners.E-mail
  customer: owners.customer
  subscription: owners.sub
  product: owners.product
  periodEnd: owners.infinite
access: { by: boolean, column: owners.is_pro }
sets: { members: owners.max members }
`,
    async ({ rows, write, user, billing, workspaces }) => {
      expect(await workspaces("1")).toEqual([
        { id: "1", ownerId: "1", name: "1", status: "locked", seats: 0 },
      ]);
      expect(await user("1")).toMatchObject({
        currentPeriodEnd: new Date("9999-12-31T23:59:59Z"),
        "sets.members": null,
      });
      const record = {
        userId: "1",
        user: { stripeCustomerId: "cus_1", "sets.members": 10 },
        billing: { stripeSubscriptionId: "sub_1", productId: "prod_1" },
        workspaces: [{ id: "1", status: "active", seats: 1 }],
      };
      expect(await write(record)).toBe(1);
      expect(
        await rows(
          `SELECT is_pro, product, "max members" AS members, infinite::text FROM "Team's ""people"""`,
        ),
      ).toEqual([{ is_pro: true, product: "prod_1", members: 10, infinite: "infinity" }]);
      expect(await workspaces("1")).toMatchObject([{ status: "active", seats: 1 }]);
      expect(
        await write({ ...record, ends: true, workspaces: [{ id: "1", status: "locked", seats: 0 }] }),
      ).toBe(1);
      expect(await billing("1")).toBeUndefined();
      expect(await rows(`SELECT is_pro, customer, sub, product FROM "Team's ""people"""`)).toEqual([
        { is_pro: false, customer: "cus_1", sub: null, product: null },
      ]);
    },
  ));

it("workspaces with words of their own", () =>
  applications.run(
    `CREATE TABLE users (id int PRIMARY KEY, customer text); CREATE TABLE spaces (id uuid PRIMARY KEY, owner_id bigint, state text, places smallint);
     INSERT INTO users VALUES (1, NULL); INSERT INTO spaces VALUES ('00000000-0000-0000-0000-000000000001', 1, 'shut', 0), ('00000000-0000-0000-0000-000000000002', 1, 'archived', 2)`,
    `
version: 1
tables:
  owners: { table: users, key: id }
  workspaces: { table: spaces, key: id, owner: owner_id }
fields: { customer: owners.customer }
access: { by: workspaces, workspaces: { status: workspaces.state, active: open, locked: shut, seats: workspaces.places } }
`,
    async ({ rows, write, workspaces }) => {
      const [first, second] = [
        "00000000-0000-0000-0000-000000000001",
        "00000000-0000-0000-0000-000000000002",
      ];
      expect(await workspaces("1")).toEqual([
        { id: first, ownerId: "1", name: first, status: "locked", seats: 0 },
        { id: second, ownerId: "1", name: second, status: "archived", seats: 2 },
      ]);
      const record = {
        userId: "1",
        workspaces: [
          { id: first, status: "active", seats: 5 },
          { id: second, status: "archived", seats: 2 },
        ],
      };
      expect(await write(record)).toBe(1);
      expect(await rows("SELECT state, places FROM spaces ORDER BY id")).toEqual([
        { state: "open", places: 5 },
        { state: "archived", places: 2 },
      ]);
      expect(await write(record)).toBe(0);
    },
  ));
