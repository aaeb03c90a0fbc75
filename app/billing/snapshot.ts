import type { EpochSeconds, ObservedCustomer, Version } from "./observation";
import type { Plan } from "./plans";
import type { UserRecord } from "./record";

/**
 * Where a link between a user and a customer comes from. All are strong except `email`, which was strong enough when it
 * was made. `recorded_subscription`: the customer of the subscription in this user's `BillingSubscription`.
 */
export type LinkSource =
  | "recorded"
  | "recorded_subscription"
  | "metadata"
  | "session"
  | "confirmed"
  | "email";

/** `subscriptionId`: only this subscription of the customer; null for the customer with all of them. */
export type LinkEdge = {
  userId: string;
  customerId: string;
  subscriptionId: string | null;
  source: LinkSource;
};

/** Staff decided that a customer, or one subscription of it, is not this user's. */
export type Rejection = Pick<LinkEdge, "userId" | "customerId" | "subscriptionId">;

/** A customer that may be the user's, and the users that are linked to it. */
export type Candidate = { customer: ObservedCustomer; linkedUserIds: string[] };

/** Ids that other rows of the application hold under a unique key: written for this user too, the database would refuse them. */
export type HeldIds = {
  customerIds: string[];
  subscriptionIds: string[];
  /** Held by the row of a user who does not exist any more: the row is taken over. */
  orphanedSubscriptionIds: string[];
};

/** Complimentary access: granted by staff without payment. */
export type Comp = {
  id: string;
  plan: Plan;
  expiresAt: EpochSeconds;
  revokedAt: EpochSeconds | null;
  /** Parity granted access because of this comp, so it may revoke that access. */
  applied: boolean;
};

/** No automatic repair of this user until the state in Stripe changes. */
export type Hold = { stripeState: string };

/** How much of Stripe is known, for the rules that say "exactly one" or "no other". */
export type Coverage = {
  /** A full run has finished and the event cursor is unbroken since. */
  fullRun: boolean;
  /** The user's address was read just now, as stored and in lower case (or this is the end of a full run). */
  address: boolean;
};

/** Everything that `evaluate` needs to know about one user. */
export type UserSnapshot = {
  record: UserRecord;
  /** All links of the customers that this user is linked to: those of other users too, or conflicts stay hidden. */
  edges: LinkEdge[];
  /** What staff rejected of these customers, for this user and for others, and of customers that are only candidates. */
  rejections: Rejection[];
  /** All stored customers that this user is linked to or records. A linked customer that is not stored was never seen. */
  customers: ObservedCustomer[];
  /** All customers with the user's address (ASCII-folded); empty when all of them are linked to this user already. */
  emailCandidates: Candidate[];
  /** Customers with a checkout session in which this user's id was given as a bare reference. */
  references: Candidate[];
  /** Users who have verified this address (ASCII-folded), this one counted; null when there are no candidates. */
  verifiedUsersWithEmail: number | null;
  /** Since when the user has this address; null when it never changed under our eyes. */
  addressSince: EpochSeconds | null;
  held: HeldIds;
  coverage: Coverage;
  comps: Comp[];
  hold: Hold | null;
  /** What staff acknowledged (evaluation/acknowledged.ts). */
  acknowledged: string | null;
  /** The last lookup of this user failed, and why. */
  lookupFailure: string | null;
  /** The database's clock when this user's customers were last completely observed; null when never. */
  observedAt: EpochSeconds | null;
  /** The version at which a revocation was first evaluated; null when none is due. */
  revocationVersion: Version | null;
};
