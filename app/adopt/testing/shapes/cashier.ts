import { readRecipe } from "./recipes";
import { OWNERS, type Shape, utc } from "./shape";

/** Laravel Cashier: bigint ids, one row for each subscription with its items beside it, and a date at which it ends. */
export const cashier: Shape = {
  tables: `
    CREATE TABLE users (id bigserial PRIMARY KEY, name varchar(255) NOT NULL, email varchar(255) NOT NULL UNIQUE, email_verified_at timestamp(0), password varchar(255) NOT NULL,
      remember_token varchar(100), created_at timestamp(0), updated_at timestamp(0), stripe_id varchar(255), pm_type varchar(255), pm_last_four varchar(4), trial_ends_at timestamp(0));
    CREATE INDEX users_stripe_id_index ON users (stripe_id);
    CREATE TABLE subscriptions (id bigserial PRIMARY KEY, user_id bigint NOT NULL, type varchar(255) NOT NULL, stripe_id varchar(255) NOT NULL UNIQUE, stripe_status varchar(255) NOT NULL,
      stripe_price varchar(255), quantity int, trial_ends_at timestamp(0), ends_at timestamp(0), created_at timestamp(0), updated_at timestamp(0));
    CREATE INDEX ON subscriptions (user_id, stripe_status);
    CREATE TABLE subscription_items (id bigserial PRIMARY KEY, subscription_id bigint NOT NULL, stripe_id varchar(255) NOT NULL UNIQUE, stripe_product varchar(255) NOT NULL,
      stripe_price varchar(255) NOT NULL, quantity int, created_at timestamp(0), updated_at timestamp(0))`,
  record: [
    `INSERT INTO users (id, name, email, email_verified_at, password, stripe_id, pm_last_four, created_at) SELECT o.id::bigint, 'User ' || o.n, o.email, '2026-01-01', 'hash', o.customer, '4242', '2026-01-01' FROM ${OWNERS}`,
    `INSERT INTO subscriptions (user_id, type, stripe_id, stripe_status, stripe_price, quantity, ends_at, created_at)
     SELECT o.id::bigint, 'default', s ->> 'id', s ->> 'status', s ->> 'price', (s ->> 'quantity')::int,
       coalesce(${utc("ended", "s")}, CASE WHEN (s ->> 'cancels')::bool THEN ${utc("end", "s")} END), ${utc("created", "s")} FROM ${OWNERS}, jsonb_array_elements(o.subs) s`,
    `INSERT INTO subscription_items (subscription_id, stripe_id, stripe_product, stripe_price)
     SELECT s.id, 'si_' || s.id, 'prod', s.stripe_price FROM subscriptions s`,
  ],
  access: `SELECT u.id::text, coalesce((SELECT (s.ends_at IS NULL OR s.ends_at > now() AT TIME ZONE 'UTC') AND s.stripe_status NOT IN ('incomplete', 'incomplete_expired', 'past_due', 'unpaid')
      FROM subscriptions s WHERE s.user_id = u.id AND s.type = 'default' ORDER BY s.created_at DESC, s.id DESC LIMIT 1), false) AS access FROM users u`,
  billing: `SELECT u.id::text, u.stripe_id, s.type, s.stripe_id AS subscription, s.stripe_status, s.stripe_price, s.quantity, s.ends_at::text, s.created_at::text
    FROM users u LEFT JOIN subscriptions s ON s.user_id = u.id ORDER BY u.id, s.stripe_id`,
  untouched: [
    "SELECT id, name, email, email_verified_at, password, pm_last_four, created_at::text FROM users",
    "SELECT * FROM subscription_items",
  ],
  mapping: readRecipe("laravel/cashier-stripe"),
  answers: { "fields.created": "subscriptions.created_at", "status.access": ["active", "trialing"] },
  drift: [
    `UPDATE subscriptions SET stripe_status = 'unpaid' WHERE stripe_id = 'sub_4'`,
    `UPDATE subscriptions SET stripe_status = 'active', ends_at = NULL WHERE stripe_id = 'sub_12'`,
    `DELETE FROM subscriptions WHERE stripe_id = 'sub_7'`,
    `UPDATE subscriptions SET stripe_status = 'active', ends_at = NULL WHERE stripe_id = 'sub_18_old'`,
  ],
  toId: String,
  metadataKey: "userId",
};
