import type { EpochSeconds } from "./observation";

/** The billing fields of `User`. */
export type UserBilling = {
  stripeCustomerId: string | null;
  plan: string | null;
  subscriptionStatus: string | null;
  currentPeriodEnd: EpochSeconds | null;
  cancelAtPeriodEnd: boolean;
};

/** A row of `BillingSubscription`. */
export type BillingRow = {
  stripeSubscriptionId: string;
  stripePriceId: string;
  status: string;
  plan: string | null;
  /** Smallest unit of the currency; null for tiered prices. */
  amount: number | null;
  currency: string;
  interval: string | null;
  currentPeriodStart: EpochSeconds | null;
  currentPeriodEnd: EpochSeconds | null;
  cancelAtPeriodEnd: boolean;
};

export type WorkspaceRow = { id: string; status: string; seats: number };

/** What the database says, or should say, about a user's billing. */
export type BillingState = {
  user: UserBilling;
  billing: BillingRow | null;
  /** In the order of their ids. */
  workspaces: WorkspaceRow[];
};

/** The record: what the database says about a user. */
export type UserRecord = BillingState & {
  userId: string;
  email: string;
  emailVerified: boolean;
  name: string | null;
};
