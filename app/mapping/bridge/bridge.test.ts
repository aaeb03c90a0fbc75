import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApplications } from "../testing/application";

let applications: Awaited<ReturnType<typeof openApplications>>;
beforeAll(async () => {
  applications = await openApplications();
});
afterAll(() => applications.close());

const epoch = (iso: string) => Date.parse(iso) / 1000;

describe("an application with bigint keys and many subscription rows", () => {
  const tables = `
    CREATE TABLE users (id bigint PRIMARY KEY, email text, name text, stripe_id varchar(255) UNIQUE, deleted_at timestamp,
      email_verified_at timestamp, updated_at timestamp(0));
    CREATE TABLE subscriptions (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, type text NOT NULL DEFAULT 'default',
      stripe_id text NOT NULL UNIQUE, stripe_status text NOT NULL, stripe_price text, quantity int, ends_at timestamp(0), updated_at timestamp(0));
    CREATE INDEX ON subscriptions (user_id);
    INSERT INTO users VALUES (7, 'ada@example.com', 'Ada', 'cus_7', NULL, '2026-01-01', NULL), (8, NULL, NULL, NULL, NULL, NULL, NULL),
      (9, 'gone@example.com', NULL, 'cus_9', now(), NULL, NULL)`;
  const file = `
version: 1
tables:
  owners: { table: public.users, key: id, where: "deleted_at IS NULL", touch: updated_at }
  subscriptions: { table: public.subscriptions, owner: user_id, key: id, rows: many, insert: { set: { type: default } }, touch: updated_at }
fields:
  email: owners.email
  emailVerified: owners.email_verified_at
  name: owners.name
  customer: owners.stripe_id
  subscription: subscriptions.stripe_id
  status: subscriptions.stripe_status
  price: subscriptions.stripe_price
  quantity: subscriptions.quantity
  endsAt: subscriptions.ends_at
`;

  it("reads users, without those that are deleted", () =>
    applications.run(tables, file, async ({ rows, user }) => {
      expect(
        await rows(
          `SELECT id, email, "emailVerified", name, "stripeCustomerId", plan FROM parity."User" ORDER BY id`,
        ),
      ).toEqual([
        {
          id: "7",
          email: "ada@example.com",
          emailVerified: true,
          name: "Ada",
          stripeCustomerId: "cus_7",
          plan: null,
        },
        { id: "8", email: "", emailVerified: false, name: "8", stripeCustomerId: null, plan: null },
      ]);
      expect(await user("abc")).toBeUndefined();
      expect(await user("07")).toBeUndefined();
      expect(await user("99999999999999999999")).toBeUndefined();
    }));

  it("writes each subscription into its own row, and a second time nothing", () =>
    applications.run(tables, file, async ({ rows, write, user, billing }) => {
      const record = {
        userId: "7",
        user: { stripeCustomerId: "cus_7", subscriptionStatus: "active" },
        billing: {
          stripeSubscriptionId: "sub_2",
          stripePriceId: "price_b",
          quantity: 3,
          endsAt: epoch("2027-01-02T03:04:05Z"),
        },
        subscriptions: [
          { id: "sub_1", status: "canceled", priceId: "price_a", quantity: 1, endsAt: 1000 },
          {
            id: "sub_2",
            status: "active",
            priceId: "price_b",
            quantity: 3,
            endsAt: epoch("2027-01-02T03:04:05Z"),
          },
        ],
      };
      await rows(
        `INSERT INTO subscriptions (user_id, stripe_id, stripe_status) VALUES (7, 'sub_1', 'active')`,
      );
      expect((await billing("7"))?.stripeSubscriptionId).toBe("sub_1");
      expect(await write(record)).toBe(2);
      expect(
        await rows(
          `SELECT stripe_id, stripe_status, stripe_price, quantity, ends_at::text, type FROM subscriptions ORDER BY id`,
        ),
      ).toEqual([
        {
          stripe_id: "sub_1",
          stripe_status: "canceled",
          stripe_price: "price_a",
          quantity: 1,
          ends_at: "1970-01-01 00:16:40",
          type: "default",
        },
        {
          stripe_id: "sub_2",
          stripe_status: "active",
          stripe_price: "price_b",
          quantity: 3,
          ends_at: "2027-01-02 03:04:05",
          type: "default",
        },
      ]);
      expect(await billing("7")).toMatchObject({
        stripeSubscriptionId: "sub_2",
        stripePriceId: "price_b",
        quantity: "3",
      });
      expect(await user("7")).toMatchObject({ subscriptionStatus: "active" });
      expect(await write(record)).toBe(0);
    }));
});
