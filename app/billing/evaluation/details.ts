import type { RatedSubscription } from "~/billing/choice";
import type { UserLinks } from "~/billing/links/links";
import type { Matches } from "~/billing/links/matches";
import type { Mismatch } from "~/billing/mismatches";
import type { EpochSeconds, ObservedCustomer, Subscription } from "~/billing/observation";
import type { BillingState } from "~/billing/record";
import type { Comp } from "~/billing/snapshot";
import type { Flag } from "~/billing/verdicts/flags";
import type { RecordedWords } from "~/billing/vocabulary/kept-words";

/** Everything that an evaluation found, beside the verdict. */
export type EvaluationDetails = {
  flags: Flag[];
  /** The subscription that counts; null when none does. */
  primary: RatedSubscription | null;
  /** What is paid at a price that is not mapped, while nothing mapped gives access; null when there is no such thing. */
  unmapped: RatedSubscription | null;
  comp: Comp | null;
  compIsOver: boolean;
  /** What the record's words say that Stripe does not. */
  words: RecordedWords;
  links: UserLinks;
  /** Customer that the email address alone links now; it is stored with the repair. */
  emailLink: string | null;
  /** Unlinked paying customers that may be this user's, for staff to confirm. */
  possibleMatches: string[];
  /** The same, and what points to them. */
  matches: Matches;
  /** A payer with the user's address may well be this user: it is verified, and older than the subscription. */
  isAddressTrusted: boolean;
  /** All that Stripe lists for this user, also those that never count. */
  subscriptions: Subscription[];
  /** Those that may count, in the order in which they do. */
  ranked: RatedSubscription[];
  /** The user's customers in the order of their ids, with the subscriptions that are the user's; null for one never seen. */
  customers: (ObservedCustomer | null)[];
  accessRecorded: boolean;
  accessExpected: boolean;
  expected: BillingState;
  /** What an admin may write although staff have to decide first: access is taken. Null where there is none to take. */
  overridden: BillingState | null;
  mismatches: Mismatch[];
  grants: boolean;
  revokes: boolean;
  since: EpochSeconds | null;
  /** When the clock alone changes this evaluation (grace or a comp ends); null when it does not. */
  nextCheckAt: EpochSeconds | null;
  onHold: boolean;
};
