import type { EpochSeconds, ObservedCustomer, Version } from "./observation";
import type { Plan } from "./plans";
import type { UserRecord } from "./record";

/**
 * Where a link between a user and a customer comes from. All are strong but `email`, which was strong enough when it
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

/** A customer with the user's e-mail address (ASCII-folded), linked or not. */
export type EmailCandidate = { customer: ObservedCustomer; linkedUserIds: string[] };

/** Access given on purpose without paying. */
export type Comp = {
  id: string;
  plan: Plan;
  expiresAt: EpochSeconds;
  revokedAt: EpochSeconds | null;
  /** Parity wrote access for this user while the comp ran: what it takes away, it gave. */
  applied: boolean;
};

/** No automatic source writes to this user while Stripe's word about it is what it was. */
export type Hold = { stripeState: string };

/** What is known of Stripe as a whole, for the rules that say "exactly one" or "no other". */
export type Coverage = {
  /** A full pass has finished and the event cursor is unbroken since. */
  pass: boolean;
  /** The user's address was read just now, as stored and in lower case (or this is the end of a pass). */
  address: boolean;
};

/** Everything that the evaluate needs to know about one user. */
export type UserSnapshot = {
  record: UserRecord;
  /** Every link of every customer that any link of this user names: other users' too, or conflicts stay hidden. */
  edges: LinkEdge[];
  /** Customers that staff said are not this user's. */
  rejectedCustomerIds: string[];
  /** Every stored customer that this user's links name. One that is named but not stored was never seen. */
  customers: ObservedCustomer[];
  /** All customers with the user's address; none when they all are this user's own. */
  emailCandidates: EmailCandidate[];
  /** Users whose folded e-mail address equals this one's, this one counted; null when there are no candidates. */
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
  /** Order stamp at which a revocation was first evaluated; null when none is due. */
  revocationVersion: Version | null;
};
