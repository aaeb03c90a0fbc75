import { readRecipe } from "./recipes";
import { OWNERS, type Shape, time } from "./shape";

/** Supabase: users in another schema with uuids, customers in a table of their own, one row for each subscription, prices that must exist. */
export const subscriptionPayments: Shape = {
  tables: `
    CREATE SCHEMA auth;
    CREATE TABLE auth.users (id uuid PRIMARY KEY, email varchar(255), email_confirmed_at timestamptz, deleted_at timestamptz, created_at timestamptz DEFAULT now());
    CREATE TABLE users (id uuid PRIMARY KEY REFERENCES auth.users, full_name text, avatar_url text, billing_address jsonb, payment_method jsonb);
    CREATE FUNCTION handle_new_user() RETURNS trigger AS $$ BEGIN INSERT INTO public.users (id) VALUES (new.id); RETURN new; END $$ LANGUAGE plpgsql SECURITY DEFINER;
    CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION handle_new_user();
    CREATE TABLE customers (id uuid PRIMARY KEY REFERENCES auth.users, stripe_customer_id text);
    CREATE TABLE products (id text PRIMARY KEY, active boolean, name text, description text, image text, metadata jsonb);
    CREATE TYPE pricing_type AS ENUM ('one_time', 'recurring');
    CREATE TYPE pricing_plan_interval AS ENUM ('day', 'week', 'month', 'year');
    CREATE TABLE prices (id text PRIMARY KEY, product_id text REFERENCES products, active boolean, description text, unit_amount bigint,
      currency text CHECK (char_length(currency) = 3), type pricing_type, interval pricing_plan_interval, interval_count int, metadata jsonb);
    CREATE TYPE subscription_status AS ENUM ('trialing', 'active', 'canceled', 'incomplete', 'incomplete_expired', 'past_due', 'unpaid');
    CREATE TABLE subscriptions (id text PRIMARY KEY, user_id uuid NOT NULL REFERENCES auth.users, status subscription_status, metadata jsonb,
      price_id text REFERENCES prices, quantity int, cancel_at_period_end boolean, created timestamptz NOT NULL DEFAULT now(),
      current_period_start timestamptz NOT NULL DEFAULT now(), current_period_end timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz DEFAULT now(), cancel_at timestamptz DEFAULT now(), canceled_at timestamptz DEFAULT now(),
      trial_start timestamptz DEFAULT now(), trial_end timestamptz DEFAULT now());
    INSERT INTO products (id, active, name) VALUES ('prod_basic', true, 'Basic');
    INSERT INTO prices (id, product_id, active, unit_amount, currency, type) VALUES ('price_basic', 'prod_basic', true, 900, 'usd', 'recurring')`,
  record: [
    `INSERT INTO auth.users (id, email, email_confirmed_at) SELECT o.id::uuid, o.email, now() FROM ${OWNERS}`,
    `INSERT INTO customers SELECT o.id::uuid, o.customer FROM ${OWNERS} WHERE o.customer IS NOT NULL`,
    `INSERT INTO products (id, active) SELECT DISTINCT s ->> 'product', true FROM ${OWNERS}, jsonb_array_elements(o.subs) s ON CONFLICT DO NOTHING`,
    `INSERT INTO prices (id, product_id, active, currency, type) SELECT DISTINCT s ->> 'price', s ->> 'product', true, 'usd', 'recurring'::pricing_type
     FROM ${OWNERS}, jsonb_array_elements(o.subs) s ON CONFLICT DO NOTHING`,
    `INSERT INTO subscriptions SELECT s ->> 'id', o.id::uuid, (s ->> 'status')::subscription_status, '{}', s ->> 'price', (s ->> 'quantity')::int, (s ->> 'cancels')::bool,
       ${time("created", "s")}, ${time("start", "s")}, ${time("end", "s")}, ${time("ended", "s")},
       CASE WHEN (s ->> 'cancels')::bool THEN ${time("end", "s")} END, ${time("canceled", "s")}, NULL, NULL
     FROM ${OWNERS}, jsonb_array_elements(o.subs) s`,
  ],
  access: `SELECT u.id::text, EXISTS (SELECT FROM subscriptions s WHERE s.user_id = u.id AND s.status IN ('trialing', 'active')) AS access FROM auth.users u`,
  billing: `SELECT u.id::text, c.stripe_customer_id, s.id AS subscription, s.status, s.metadata, s.price_id, s.quantity, s.cancel_at_period_end, s.created, s.current_period_start,
      s.current_period_end, s.ended_at, s.cancel_at, s.canceled_at, s.trial_start, s.trial_end, p.product_id, p.active, p.currency
    FROM auth.users u LEFT JOIN customers c USING (id) LEFT JOIN subscriptions s ON s.user_id = u.id LEFT JOIN prices p ON p.id = s.price_id ORDER BY u.id, s.id`,
  untouched: [
    "SELECT * FROM auth.users",
    "SELECT * FROM users",
    "SELECT * FROM prices WHERE id = 'price_basic'",
    "SELECT * FROM products WHERE id = 'prod_basic'",
  ],
  mapping: readRecipe("vercel/nextjs-subscription-payments"),
  answers: { "tables.subscriptions.insert.set.metadata": "{}" },
  drift: [
    `UPDATE subscriptions SET status = 'unpaid' WHERE id = 'sub_4'`,
    `UPDATE subscriptions SET status = 'active', ended_at = NULL WHERE id = 'sub_12'`,
    `DELETE FROM subscriptions WHERE id = 'sub_7'`,
    `UPDATE subscriptions SET status = 'active', ended_at = NULL WHERE id = 'sub_18_old'`,
  ],
  toId: (n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
  metadataKey: "supabaseUUID",
};
