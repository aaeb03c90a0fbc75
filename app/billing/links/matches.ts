import { type ChoiceInput, mayGiveSeats, rateSubscription } from "~/billing/choice";
import { type EpochSeconds, isOpen, type ObservedCustomer, type Subscription } from "~/billing/observation";
import { readRecordedIds } from "~/billing/record";
import type { Candidate, UserSnapshot } from "~/billing/snapshot";
import type { UserLinks } from "./links";

/** Payers that may be this user. */
export type Matches = {
  /** The customer that the address alone links; null when it does not. */
  link: string | null;
  /** Unlinked paying customers for staff to confirm: by the address, or by a reference in a checkout session. */
  possibleMatches: string[];
  /** Those of them that have the user's address. */
  byAddress: string[];
  /** Those of them that name the user in a checkout session. */
  byReference: string[];
  /** Those of them for which a revocation waits: an address that may well be the payer's own, or a payer's own reference. */
  withholding: string[];
  /** When the clock alone ends the access of a possible match; null when it does not. */
  changesAt: EpochSeconds | null;
};

type MatchInput = Pick<ChoiceInput, "catalogue" | "policy" | "now"> & {
  snapshot: UserSnapshot;
  links: UserLinks;
  onHold: boolean;
};

const NO_MATCHES: Matches = {
  link: null,
  possibleMatches: [],
  byAddress: [],
  byReference: [],
  withholding: [],
  changesAt: null,
};

/**
 * Which payers the user's address and checkout sessions point to. An address links by itself only when there is no other
 * possibility. Otherwise it is a possible match, because with an unverified address someone could register as another user
 * and take the subscription.
 */
export function findMatches(input: MatchInput): Matches {
  const { references, record, emailCandidates: found } = input.snapshot;
  // What an application records for users without an address, such as nothing or a word, is the same for all of them.
  const emailCandidates = isAddress(record.email) ? found : [];
  const snapshot = emailCandidates === found ? input.snapshot : { ...input.snapshot, emailCandidates };
  if (emailCandidates.length === 0 && references.length === 0) return NO_MATCHES;
  const link = findEmailLink({ ...input, snapshot });
  const findPaying = (candidates: readonly Candidate[]): ObservedCustomer[] =>
    candidates
      .filter(({ customer, linkedUserIds }) => isFree(snapshot, customer.id, linkedUserIds))
      .map(({ customer }) => customer)
      .filter(({ state, subscriptions }) => state === "present" && subscriptions.some(pays));
  const pays = (one: Subscription) => rateSubscription(one, input).access === "yes";
  // Anyone may begin a trial with any reference, and so would keep a plan that is over for nothing.
  const isPaidFor = (one: Subscription) => pays(one) && one.status !== "trialing";
  const withAddress = findPaying(emailCandidates);
  const withReference = findPaying(references);
  const without = (customers: readonly ObservedCustomer[]) =>
    [...new Set(customers.map(({ id }) => id).filter((id) => id !== link))].sort();
  const isTrusted = isAddressTrusted(snapshot, input.links);
  const times = [...withAddress, ...withReference]
    .flatMap(({ subscriptions }) => subscriptions.map((one) => rateSubscription(one, input).changesAt))
    .filter((time) => time !== null);
  return {
    link,
    possibleMatches: without([...withAddress, ...withReference]),
    byAddress: without(withAddress),
    byReference: without(withReference),
    withholding: without([
      ...(isTrusted ? withAddress : []),
      ...withReference.filter(({ subscriptions }) => subscriptions.some(isPaidFor)),
    ]),
    changesAt: times.length === 0 ? null : Math.min(...times),
  };
}

const isAddress = (email: string): boolean => /\S@\S/.test(email);

/** No user is linked to this customer, and staff did not reject it for this user. */
const isFree = (
  { record, rejections }: UserSnapshot,
  customerId: string,
  linkedUserIds: readonly string[],
): boolean =>
  linkedUserIds.length === 0 &&
  !rejections.some((one) => one.userId === record.userId && one.customerId === customerId);

/**
 * The only present customer with this address and an open subscription, for the only user who has verified this address.
 * Accounts that have not verified it do not count: anyone could register them. Nor do subscriptions that never give seats.
 */
function findEmailLink({ snapshot, links, onHold, catalogue }: MatchInput): string | null {
  const { record, emailCandidates, verifiedUsersWithEmail, coverage } = snapshot;
  const counts = (one: Subscription) => isOpen(one) && mayGiveSeats(one, catalogue);
  const withOpen = emailCandidates.filter(
    ({ customer }) => customer.state === "present" && customer.subscriptions.some(counts),
  );
  const [only] = withOpen;
  if (only === undefined || withOpen.length > 1) return null;
  const linkedHasOpen = listOwnSubscriptions(snapshot, links).some(counts);
  const linksItself =
    isFree(snapshot, only.customer.id, only.linkedUserIds) &&
    record.emailVerified &&
    verifiedUsersWithEmail === 1 &&
    !linkedHasOpen &&
    !onHold &&
    coverage.fullRun;
  return linksItself ? only.customer.id : null;
}

const listOwnSubscriptions = ({ customers }: UserSnapshot, links: UserLinks): Subscription[] =>
  customers
    .filter(({ id }) => links.ownCustomerIds.includes(id))
    .flatMap(({ subscriptions }) => subscriptions)
    .filter(({ id }) => !links.otherSubscriptionIds.has(id));

/** Did the user take this address only after the subscription that the record names had begun? */
function didAddressChange(snapshot: UserSnapshot, links: UserLinks): boolean {
  const { record, addressSince } = snapshot;
  if (addressSince === null) return false;
  const own = listOwnSubscriptions(snapshot, links);
  const { subscriptionId } = readRecordedIds(record);
  const recorded = own.filter(({ id }) => id === subscriptionId);
  const begun = (recorded.length > 0 ? recorded : own).map(({ startDate }) => startDate);
  return begun.length > 0 && addressSince >= Math.min(...begun);
}

/** May the user's address keep a payer's access? Not when it is not verified, or was taken after the payment began. */
export const isAddressTrusted = (snapshot: UserSnapshot, links: UserLinks): boolean =>
  snapshot.record.emailVerified && !didAddressChange(snapshot, links);
