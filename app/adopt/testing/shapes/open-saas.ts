import { readRecipe } from "./recipes";
import { OWNERS, type Shape } from "./shape";

const WORD = `CASE WHEN o.sub ->> 'status' IN ('active', 'trialing') THEN CASE WHEN (o.sub ->> 'cancels')::bool THEN 'cancel_at_period_end' ELSE 'active' END
  WHEN o.sub ->> 'status' = 'past_due' THEN 'past_due' WHEN o.sub IS NOT NULL AND o.sub <> 'null' THEN 'deleted' END`;

/** Prisma with a model "User"; words of its own for statuses, one for several of Stripe's; no id of a subscription. */
export const openSaas: Shape = {
  tables: `
    CREATE TABLE "User" (id text PRIMARY KEY, "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, email text UNIQUE, username text UNIQUE, "isAdmin" boolean NOT NULL DEFAULT false,
      "paymentProcessorUserId" text UNIQUE, "lemonSqueezyCustomerPortalUrl" text, "subscriptionStatus" text, "subscriptionPlan" text, "datePaid" timestamp(3), credits int NOT NULL DEFAULT 3);
    CREATE TABLE "Task" (id text PRIMARY KEY, description text NOT NULL, "userId" text NOT NULL REFERENCES "User")`,
  record: [
    `INSERT INTO "User" (id, email, username, "paymentProcessorUserId", "subscriptionStatus", "subscriptionPlan", credits)
     SELECT o.id, o.email, o.email, o.customer, ${WORD}, o.sub ->> 'plan', o.n FROM ${OWNERS}`,
    `INSERT INTO "Task" SELECT 'task_' || o.n, 'Task', o.id FROM ${OWNERS}`,
  ],
  access: `SELECT id, coalesce("subscriptionStatus" IN ('active', 'cancel_at_period_end'), false) AS access FROM "User"`,
  billing: `SELECT id, "paymentProcessorUserId", "subscriptionStatus", "subscriptionPlan" FROM "User"`,
  untouched: [
    `SELECT * FROM "Task"`,
    `SELECT id, "createdAt", email, username, "isAdmin", "datePaid", credits FROM "User"`,
  ],
  mapping: readRecipe("wasp-lang/open-saas"),
  answers: {
    "fields.emailVerified": { sql: "true" },
    "status.words.past_due": "past_due",
    "status.cancelScheduled": "cancel_at_period_end",
  },
  drift: [
    `UPDATE "User" SET "subscriptionStatus" = 'deleted' WHERE id = 'user-4'`,
    `UPDATE "User" SET "subscriptionStatus" = 'active' WHERE id = 'user-12'`,
    `UPDATE "User" SET "subscriptionPlan" = 'plus' WHERE id = 'user-7'`,
  ],
  toId: (n) => `user-${n}`,
  metadataKey: "userId",
};
