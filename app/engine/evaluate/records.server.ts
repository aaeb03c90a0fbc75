import type { Database } from "~/platform/client.server";

/** What the application records about a user's payment. */
export type UserRecord = {
  email: string;
  stripeCustomerId: string | null;
  plan: string | null;
  subscriptionStatus: string | null;
  currentPeriodEnd: Date | null;
  cancelAtPeriodEnd: boolean;
};

/** A user as recorded; null when there is none with this id. */
export async function findUserRecord(db: Database, id: string): Promise<UserRecord | null> {
  return db.user.findUnique({
    where: { id },
    select: {
      email: true,
      stripeCustomerId: true,
      plan: true,
      subscriptionStatus: true,
      currentPeriodEnd: true,
      cancelAtPeriodEnd: true,
    },
  });
}

export type WorkspaceRecord = {
  id: string;
  ownerId: string;
  name: string;
  status: string;
  seats: number;
};

/** A workspace as recorded; null when there is none with this id. */
export async function findWorkspaceRecord(db: Database, id: string): Promise<WorkspaceRecord | null> {
  return db.workspace.findUnique({
    where: { id },
    select: { id: true, ownerId: true, name: true, status: true, seats: true },
  });
}
