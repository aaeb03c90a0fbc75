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

export type LinkEdge = { userId: string; customerId: string; source: LinkSource };

/** A customer with the user's email address (ASCII-folded), linked or not. */
export type EmailCandidate = { customer: ObservedCustomer; linkedUserIds: string[] };

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
  /** Customers that staff rejected for this user. */
  rejectedCustomerIds: string[];
  /** All stored customers that this user is linked to. A linked customer that is not stored was never seen. */
  customers: ObservedCustomer[];
  /** All customers with the user's address; empty when all of them are linked to this user already. */
  emailCandidates: EmailCandidate[];
  /** Users whose folded email address equals this one's, this one counted; null when there are no candidates. */
  usersWithEmail: number | null;
  coverage: Coverage;
  comps: Comp[];
  hold: Hold | null;
  /** Fingerprint of the mismatches that staff acknowledged. */
  acknowledged: string | null;
  /** The last lookup of this user failed, and why. */
  lookupFailure: string | null;
  /** The database's clock when this user's customers were last completely observed; null when never. */
  observedAt: EpochSeconds | null;
  /** The version at which a revocation was first evaluated; null when none is due. */
  revocationVersion: Version | null;
};
