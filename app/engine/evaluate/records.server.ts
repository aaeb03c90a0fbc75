import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { queryOne } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";

const userRecord = z.object({
  email: z.string().nullable(),
  stripeCustomerId: z.string().nullable(),
  plan: z.string().nullable(),
  subscriptionStatus: z.string().nullable(),
  currentPeriodEnd: z.date().nullable(),
  cancelAtPeriodEnd: z.boolean(),
});

/** What the application records about a user's payment. */
export type UserRecord = z.infer<typeof userRecord>;

/** A user as recorded; null when there is none with this id. */
export const findUserRecord = (db: Database, id: string): Promise<UserRecord | null> =>
  queryOne(db, userRecord, sql`SELECT * FROM parity.users_by_id(ARRAY[${id}])`);

const workspaceRecord = z.object({
  id: z.string(),
  ownerId: z.string(),
  name: z.string(),
  status: z.string(),
  seats: z.number(),
});

/** A workspace as recorded. */
export type WorkspaceRecord = z.infer<typeof workspaceRecord>;

/** A workspace as recorded; null when there is none with this id. */
export const findWorkspaceRecord = (db: Database, id: string): Promise<WorkspaceRecord | null> =>
  queryOne(db, workspaceRecord, sql`SELECT * FROM parity.workspaces_by_id(ARRAY[${id}])`);
