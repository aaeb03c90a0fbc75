import { readRecipe } from "./recipes";
import { OWNERS, type Shape, utc } from "./shape";

/** Prisma, billing in columns of the users; no status: a price and a period that has not ended for a day are access. */
export const taxonomy: Shape = {
  tables: `
    CREATE TABLE users (id text PRIMARY KEY, name text, email text UNIQUE, "emailVerified" timestamp(3), image text,
      created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
      stripe_customer_id text UNIQUE, stripe_subscription_id text UNIQUE, stripe_price_id text, stripe_current_period_end timestamp(3));
    CREATE TABLE posts (id text PRIMARY KEY, title text NOT NULL, content json, published boolean NOT NULL DEFAULT false, "authorId" text NOT NULL REFERENCES users)`,
  record: [
    `INSERT INTO users (id, name, email, "emailVerified", stripe_customer_id, stripe_subscription_id, stripe_price_id, stripe_current_period_end)
     SELECT o.id, 'User ' || o.n, o.email, '2026-01-01', o.customer, CASE WHEN (o.sub ->> 'live')::bool THEN o.sub ->> 'id' END,
       CASE WHEN (o.sub ->> 'live')::bool THEN o.sub ->> 'price' END, ${utc("end")} FROM ${OWNERS}`,
    `INSERT INTO posts SELECT 'post_' || o.n, 'Title', '{"a":  1}', true, o.id FROM ${OWNERS}`,
  ],
  access: `SELECT id, stripe_price_id IS NOT NULL AND stripe_current_period_end + interval '1 day' > now() AT TIME ZONE 'UTC' AS access FROM users`,
  billing: `SELECT id, stripe_customer_id, stripe_subscription_id, stripe_price_id,
    CASE WHEN stripe_price_id IS NOT NULL THEN stripe_current_period_end::text END AS ends FROM users`,
  untouched: [
    "SELECT * FROM posts",
    `SELECT id, name, email, "emailVerified"::text, image, created_at::text FROM users`,
  ],
  mapping: readRecipe("shadcn-ui/taxonomy"),
  answers: { "tables.owners.end": "clear" },
  drift: [
    `UPDATE users SET stripe_price_id = NULL, stripe_subscription_id = NULL WHERE id = 'user_4'`,
    `UPDATE users SET stripe_price_id = 'price_basic', stripe_subscription_id = 'sub_12', stripe_current_period_end = now() + interval '9 days' WHERE id = 'user_12'`,
    `UPDATE users SET stripe_current_period_end = stripe_current_period_end - interval '1 hour' WHERE id = 'user_7'`,
  ],
  toId: (n) => `user_${n}`,
  metadataKey: "userId",
};
