import { doesUserGiveAccess } from "~/billing/access";
import { findUnmapped, givesSeats, type RatedSubscription, rankSubscriptions } from "~/billing/choice";
import { findEndedComp, findRunningComp } from "~/billing/comps";
import { buildExpectedState } from "~/billing/expected";
import type { RecordFields } from "~/billing/fields";
import { isStripeId } from "~/billing/ids";
import { pickOwnSubscriptions, resolveLinks, type UserLinks } from "~/billing/links/links";
import { findMatches, isAddressTrusted, type Matches } from "~/billing/links/matches";
import { findMismatches, isWorkspaceMismatch, type Mismatch } from "~/billing/mismatches";
import { computeMonthlyAmount, type MonthlyMoney } from "~/billing/money";
import type { EpochSeconds, ObservedCustomer, Subscription } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import type { Policy } from "~/billing/policy";
import { type BillingState, readRecordedIds, type UserRecord } from "~/billing/record";
import type { Comp, UserSnapshot } from "~/billing/snapshot";
import { describeStripeState } from "~/billing/stripe-state";
import {
  chooseVerdict,
  type Findings,
  type MoneyKind,
  VERDICT_CATALOGUE,
  type Verdict,
  type VerdictEntry,
} from "~/billing/verdicts/catalogue";
import type { Severity } from "~/billing/verdicts/severity";
import { readRecordedWords } from "~/billing/vocabulary/kept-words";
import { describeAcknowledged } from "./acknowledged";
import type { EvaluationDetails } from "./details";
import { listFlags } from "./list-flags";
import { compareAccess } from "./revocation";

/** What an evaluation needs beside the snapshot. */
export type PolicyContext = {
  catalogue: Catalogue;
  policy: Policy;
  now: EpochSeconds;
  /** The fields that the application records; all of them unless given. */
  fields?: RecordFields;
};

export type MoneyAtStake = MonthlyMoney & { kind: MoneyKind };

/** The result of evaluating one user. */
export type Evaluation = EvaluationDetails & {
  verdict: Verdict;
  severity: Severity;
  money: MoneyAtStake | null;
  /** What the verdict was decided from. */
  findings: Findings;
};

/** Evaluates one user. Pure: the same snapshot, context and time give the same evaluation. */
export function evaluate(snapshot: UserSnapshot, context: PolicyContext): Evaluation {
  const { policy, now, fields, catalogue } = context;
  const { record } = snapshot;
  const observed = collectObserved(snapshot, context);
  const { links, onHold, matches, customers, ranked } = observed;
  const primary = ranked[0] ?? null;
  const comp = findRunningComp(snapshot.comps, now);
  const accessExpected = givesSeats(primary);

  const present = customers.filter((customer) => customer !== null);
  // No object is spread into another here: it would cost more than most rules, for each user of each run.
  const wanted = buildExpectedState({
    record,
    primary,
    ranked,
    comp,
    catalogue,
    policy,
    now,
    fields,
    customers: snapshot.customers,
    held: snapshot.held,
    sharedCustomerIds: links.sharedCustomerIds,
  });
  const differences = findMismatches(record, wanted, fields);
  const words = readRecordedWords(record, context);
  const isGiven = words.byHand && record.workspaces.length === 0;
  const accessRecorded = isGiven || isAccessRecorded(record, primary, context);
  const compIsOver = isOnlyCompOver(snapshot, differences, now);
  const findings: Findings = {
    completelyObserved: isCompletelyObserved(snapshot, observed),
    linkConflict: !accessExpected && isInConflict(links, accessRecorded),
    missingInStripe: isMissingInStripe(snapshot, observed),
    primary,
    unmapped: findUnmapped(ranked),
    accessExpected,
    accessRecorded,
    hasPossibleMatch: matches.possibleMatches.length > 0,
    comp,
    compIsOver,
    isWordUndecided: words.undecided !== null,
    isGivenByHand: words.byHand,
    mismatches: differences,
  };
  const verdict = chooseVerdict(findings);

  const entry = VERDICT_CATALOGUE[verdict];
  const expected = entry.keepsRecord ? record : wanted;
  const mismatches = entry.keepsRecord ? [] : differences;
  const subscription = primary?.subscription ?? null;
  const { possibleMatches } = matches;
  const describe = () =>
    describeAcknowledged({ ...observed, verdict, mismatches, possibleMatches, accessRecorded }, record);
  const acknowledged = snapshot.acknowledged !== null && snapshot.acknowledged === describe();
  const { grants, revokes } = compareAccess({
    recorded: record,
    expected,
    primary: subscription,
    accessExpected,
    catalogue,
    policy,
    now,
  });
  return {
    verdict,
    severity: entry.severity,
    flags: listFlags({
      snapshot,
      ranked,
      customers: present,
      matches,
      comp,
      words,
      onHold,
      acknowledged,
      now,
    }),
    primary,
    unmapped: findings.unmapped,
    comp,
    compIsOver,
    words,
    links,
    emailLink: matches.link,
    possibleMatches,
    matches,
    isAddressTrusted: isAddressTrusted(snapshot, links),
    subscriptions: observed.subscriptions,
    ranked,
    customers,
    accessRecorded,
    accessExpected,
    expected,
    overridden: accessRecorded ? findOverridden(verdict, record, wanted) : null,
    mismatches,
    grants,
    revokes,
    money: computeMoneyAtStake(entry, findings),
    findings,
    since: primary && (entry.findSince?.(primary, policy) ?? null),
    nextCheckAt: findNextCheck([primary, findings.unmapped, matches, links], snapshot.comps, now),
    onHold,
  };
}

/** What is taken by an admin who overrides: a status that Parity does not know is never written. */
function findOverridden(verdict: Verdict, record: UserRecord, wanted: BillingState): BillingState | null {
  if (verdict === "missing_in_stripe") return wanted;
  if (verdict !== "unknown_status" || record.workspaces.length === 0) return null;
  return { user: record.user, billing: record.billing, workspaces: wanted.workspaces };
}

/** What Stripe says about this user: the linked customers, their subscriptions, and which of them counts first. */
type Observed = {
  links: UserLinks;
  onHold: boolean;
  matches: Matches;
  /** The customers that are this user's, with the subscriptions that are. Null for a linked customer that was never seen. */
  customers: (ObservedCustomer | null)[];
  /** All that Stripe lists, also those that never count. */
  subscriptions: Subscription[];
  ranked: RatedSubscription[];
};

function collectObserved(snapshot: UserSnapshot, { catalogue, policy, now }: PolicyContext): Observed {
  const { record, hold } = snapshot;
  const links = resolveLinks(snapshot, { catalogue, policy, now });
  const findOwn = (id: string) => findOwnCustomer(snapshot, links, id);
  const linked = links.ownCustomerIds.map(findOwn);
  const onHold = hold !== null && hold.stripeState === describeStripeState(listSubscriptions(linked));
  const matches = findMatches({ snapshot, links, onHold, catalogue, policy, now });
  const customers =
    matches.link === null ? linked : [...links.ownCustomerIds, matches.link].sort().map(findOwn);
  const subscriptions = listSubscriptions(customers);
  const recordedSubscriptionId = readRecordedIds(record).subscriptionId;
  const ranked = rankSubscriptions({ subscriptions, recordedSubscriptionId, catalogue, policy, now });
  return { links, onHold, matches, customers, subscriptions, ranked };
}

function findOwnCustomer(snapshot: UserSnapshot, links: UserLinks, id: string): ObservedCustomer | null {
  const linked = snapshot.customers.find((customer) => customer.id === id);
  if (linked) return pickOwnSubscriptions(linked, links);
  return snapshot.emailCandidates.find(({ customer }) => customer.id === id)?.customer ?? null;
}

const listSubscriptions = (customers: readonly (ObservedCustomer | null)[]): Subscription[] =>
  customers.flatMap((customer) => customer?.subscriptions ?? []);

/** A user is completely observed when all linked customers are, or, without any, when a full run has finished. */
function isCompletelyObserved({ coverage, customers }: UserSnapshot, { links, matches }: Observed): boolean {
  if (coverage.fullRun) return true;
  const isRead = (id: string) =>
    customers.some((customer) => customer.id === id && customer.completeVersionStart !== null);
  return links.customerIds.length > 0 && matches.link === null && links.customerIds.every(isRead);
}

/**
 * Is it undecided whose payment it is? Where the record itself claims what others claim, yes. A user that only Stripe names
 * for what is another's by the record waits for staff, unless customers of their own say what they have.
 */
function isInConflict({ conflicts, ownCustomerIds }: UserLinks, accessRecorded: boolean): boolean {
  if (conflicts.some(({ isRecorded }) => isRecorded)) return true;
  return conflicts.length > 0 && (ownCustomerIds.length === 0 || !accessRecorded);
}

/** Is at least one workspace usable? For a user without workspaces: does the recorded status give access? */
function isAccessRecorded(
  record: UserRecord,
  primary: RatedSubscription | null,
  { catalogue, policy, now }: PolicyContext,
): boolean {
  if (record.workspaces.length === 0)
    return doesUserGiveAccess(record.user, primary?.subscription ?? null, { catalogue, policy, now });
  return record.workspaces.some(({ status, seats }) => status === "active" && seats > 0);
}

/**
 * The record names a customer or a subscription that a complete read does not find, and nothing else is entitled. A
 * deleted customer whose recorded subscription is still listed, as ended, is evaluated as usual.
 */
function isMissingInStripe({ record, customers }: UserSnapshot, { ranked, ...own }: Observed): boolean {
  if (ranked.some((one) => one.access === "yes")) return false;
  const { customerId, subscriptionId: recordedSubscription } = readRecordedIds(record);
  const isListed = (id: string) => customers.some((one) => one.subscriptions.some((each) => each.id === id));
  if (recordedSubscription !== null && !isListed(recordedSubscription)) return true;
  if (customerId !== null && !isStripeId(customerId)) return true;
  const stored = own.customers.find((customer) => customer?.id === customerId);
  if (!stored) return false;
  if (stored.state === "missing") return true;
  return stored.state === "deleted" && recordedSubscription === null && stored.subscriptions.length === 0;
}

/** An applied comp is over, the billing fields agree, and no workspace has more than it gave. A smaller comp may run. */
function isOnlyCompOver(snapshot: UserSnapshot, differences: Mismatch[], now: EpochSeconds): boolean {
  const over = findEndedComp(snapshot.comps, now);
  if (over === null || differences.length === 0 || !differences.every(isWorkspaceMismatch)) return false;
  return snapshot.record.workspaces.every((workspace) => workspace.seats <= over.plan.seats);
}

function computeMoneyAtStake(
  { money: kind }: VerdictEntry,
  { primary, unmapped }: Findings,
): MoneyAtStake | null {
  const item = (kind === "unmapped" ? unmapped : primary)?.item;
  const monthly = item ? computeMonthlyAmount(item) : null;
  return kind && monthly ? { kind, ...monthly } : null;
}

/** The next moment at which the clock alone changes the evaluation: end of grace (also of a possible match), end of a comp. */
function findNextCheck(
  changes: readonly ({ changesAt: EpochSeconds | null } | null)[],
  comps: readonly Comp[],
  now: EpochSeconds,
): EpochSeconds | null {
  let next = Number.POSITIVE_INFINITY;
  for (const change of changes) next = Math.min(next, change?.changesAt ?? next);
  for (const { revokedAt, expiresAt } of comps)
    if (revokedAt === null && expiresAt > now) next = Math.min(next, expiresAt);
  return next === Number.POSITIVE_INFINITY ? null : next;
}
