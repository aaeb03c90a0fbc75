import { readRecipe } from "./recipes";
import { OWNERS, type Shape } from "./shape";

/** Drizzle, serial ids; teams pay, and their address is that of the member who owns them. All is emptied when a payment ends. */
export const saasStarter: Shape = {
  tables: `
    CREATE TABLE users (id serial PRIMARY KEY, name varchar(100), email varchar(255) NOT NULL UNIQUE, password_hash text NOT NULL,
      role varchar(20) NOT NULL DEFAULT 'member', created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now(), deleted_at timestamp);
    CREATE TABLE teams (id serial PRIMARY KEY, name varchar(100) NOT NULL, created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now(),
      stripe_customer_id text UNIQUE, stripe_subscription_id text UNIQUE, stripe_product_id text, plan_name varchar(50), subscription_status varchar(20));
    CREATE TABLE team_members (id serial PRIMARY KEY, user_id int NOT NULL REFERENCES users, team_id int NOT NULL REFERENCES teams,
      role varchar(50) NOT NULL, joined_at timestamp NOT NULL DEFAULT now());
    CREATE INDEX ON team_members (team_id);
    CREATE TABLE activity_logs (id serial PRIMARY KEY, team_id int NOT NULL REFERENCES teams, action text NOT NULL, timestamp timestamp NOT NULL DEFAULT now())`,
  record: [
    `INSERT INTO users (id, email, password_hash) SELECT o.n + 1000, o.email, 'hash' FROM ${OWNERS}`,
    `INSERT INTO teams (id, name, stripe_customer_id, stripe_subscription_id, stripe_product_id, plan_name, subscription_status)
     SELECT o.id::int, 'Team ' || o.n, o.customer, CASE WHEN (o.sub ->> 'live')::bool THEN o.sub ->> 'id' END,
       CASE WHEN (o.sub ->> 'live')::bool THEN o.sub ->> 'product' END, CASE WHEN (o.sub ->> 'live')::bool THEN o.sub ->> 'plan' END,
       o.sub ->> 'status' FROM ${OWNERS}`,
    `INSERT INTO team_members (user_id, team_id, role) SELECT o.n + 1000, o.id::int, 'owner' FROM ${OWNERS}`,
    `INSERT INTO activity_logs (team_id, action) SELECT o.id::int, 'CREATE_TEAM' FROM ${OWNERS}`,
  ],
  access: `SELECT id::text, coalesce(subscription_status IN ('active', 'trialing'), false) AS access FROM teams`,
  billing: `SELECT id::text, stripe_customer_id, stripe_subscription_id, stripe_product_id, plan_name, subscription_status FROM teams`,
  untouched: [
    "SELECT * FROM users",
    "SELECT * FROM team_members",
    "SELECT * FROM activity_logs",
    "SELECT id, name, created_at FROM teams",
  ],
  mapping: readRecipe("nextjs/saas-starter"),
  answers: {
    "tables.owners.end": "clear",
    "plan.onEnd": "none",
    "fields.emailVerified": { sql: "true" },
  },
  drift: [
    `UPDATE teams SET subscription_status = 'canceled', plan_name = NULL WHERE id = 4`,
    `UPDATE teams SET subscription_status = 'active', plan_name = 'plus', stripe_subscription_id = 'sub_12', stripe_product_id = 'prod_plus' WHERE id = 12`,
    `UPDATE teams SET stripe_product_id = 'prod_plus' WHERE id = 7`,
  ],
  toId: String,
  metadataKey: "teamId",
};
