import { doesUserGiveAccess } from "~/billing/access";
import {
  findUnmapped,
  isIgnored,
  listOpenSubscriptions,
  type RatedSubscription,
  rankSubscriptions,
} from "~/billing/choice";
import { findEndedComp, findRunningComp } from "~/billing/comps";
import { buildExpectedState } from "~/billing/expected";
import type { RecordFields } from "~/billing/fields";
import { type EmailMatch, matchByEmail, resolveLinks, type UserLinks } from "~/billing/links";
import {
  findMismatches,
  fingerprintMismatches,
  isWorkspaceMismatch,
  type Mismatch,
} from "~/billing/mismatches";
import { computeMonthlyAmount, type MonthlyMoney } from "~/billing/money";
import type { EpochSeconds, ObservedCustomer, Subscription } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import type { Policy } from "~/billing/policy";
import type { UserRecord } from "~/billing/record";
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
import { type Flag, STALE_AFTER_SECONDS } from "~/billing/verdicts/flags";
import type { Severity } from "~/billing/verdicts/severity";
import type { EvaluationDetails } from "./details";
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
  const { policy, now, fields } = context;
  const { record } = snapshot;
  const observed = collectObserved(snapshot, context);
  const { links, onHold, email, customers, ranked } = observed;
  const primary = ranked[0] ?? null;
  const comp = findRunningComp(snapshot.comps, now);
  const accessExpected = primary !== null && primary.access === "yes" && primary.plan !== null;

  const present = customers.filter((customer) => customer !== null);
  const wanted = buildExpectedState({ record, primary, customers: present, comp, policy, now, fields });
  const differences = findMismatches(record, wanted, fields);
  // A record without workspaces that says all that Stripe says gives no more than Stripe does.
  const saysAll = record.workspaces.length === 0 && differences.length === 0 && !accessExpected;
  const accessRecorded = !saysAll && isAccessRecorded(record, primary, context);
  const compIsOver = isOnlyCompOver(snapshot, differences, now);
  const findings: Findings = {
    completelyObserved: isCompletelyObserved(snapshot, customers),
    linkConflict: links.conflicts.length > 0,
    missingInStripe: isMissingInStripe(record, observed),
    primary,
    unmapped: findUnmapped(ranked),
    accessExpected,
    accessRecorded,
    hasPossibleMatch: email.possibleMatches.length > 0,
    comp,
    compIsOver,
    mismatches: differences,
  };
  const verdict = chooseVerdict(findings);

  const entry = VERDICT_CATALOGUE[verdict];
  const expected = entry.keepsRecord ? record : wanted;
  const mismatches = entry.keepsRecord ? [] : differences;
  const subscription = primary?.subscription ?? null;
  return {
    verdict,
    severity: entry.severity,
    flags: listFlags({ snapshot, ranked, customers: present, comp, onHold, mismatches, now }),
    primary,
    unmapped: findings.unmapped,
    comp,
    compIsOver,
    links,
    emailLink: email.link,
    possibleMatches: email.possibleMatches,
    subscriptions: observed.subscriptions,
    ranked,
    customers,
    accessRecorded,
    accessExpected,
    expected,
    mismatches,
    ...compareAccess({ recorded: record, expected, primary: subscription, ...context }),
    money: computeMoneyAtStake(entry, findings),
    findings,
    since: primary && (entry.findSince?.(primary, policy) ?? null),
    nextCheckAt: findNextCheck([primary, findings.unmapped, email], snapshot.comps, now),
    onHold,
  };
}

/** What Stripe says about this user: the linked customers, their subscriptions, and which of them counts first. */
type Observed = {
  links: UserLinks;
  onHold: boolean;
  email: EmailMatch;
  /** Null for a linked customer that was never seen. */
  customers: (ObservedCustomer | null)[];
  /** All that Stripe lists, also those that never count. */
  subscriptions: Subscription[];
  ranked: RatedSubscription[];
};

function collectObserved(snapshot: UserSnapshot, { catalogue, policy, now }: PolicyContext): Observed {
  const { record, hold } = snapshot;
  const links = resolveLinks(snapshot);
  const linked = links.customerIds.map((id) => findCustomer(snapshot, id));
  const onHold = hold !== null && hold.stripeState === describeStripeState(listSubscriptions(linked));
  const email = matchByEmail({ snapshot: omitIgnored(snapshot, catalogue), links, onHold, policy, now });
  const customers =
    email.link === null
      ? linked
      : [...links.customerIds, email.link].sort().map((id) => findCustomer(snapshot, id));
  const subscriptions = listSubscriptions(customers);
  const recordedSubscriptionId = record.billing?.stripeSubscriptionId ?? null;
  const ranked = rankSubscriptions({ subscriptions, recordedSubscriptionId, catalogue, policy, now });
  return { links, onHold, email, customers, subscriptions, ranked };
}

/** What is not ours neither makes a customer a payer of ours nor stops a link by email. */
function omitIgnored(snapshot: UserSnapshot, catalogue: Catalogue): UserSnapshot {
  const { emailCandidates } = snapshot;
  const keep = (customer: ObservedCustomer): ObservedCustomer =>
    customer.subscriptions.some((one) => isIgnored(one, catalogue))
      ? { ...customer, subscriptions: customer.subscriptions.filter((one) => !isIgnored(one, catalogue)) }
      : customer;
  if (emailCandidates.length === 0) return snapshot;
  return {
    ...snapshot,
    customers: snapshot.customers.map(keep),
    emailCandidates: emailCandidates.map((one) => ({ ...one, customer: keep(one.customer) })),
  };
}

function findCustomer({ customers, emailCandidates }: UserSnapshot, id: string): ObservedCustomer | null {
  const linked = customers.find((customer) => customer.id === id);
  return linked ?? emailCandidates.find(({ customer }) => customer.id === id)?.customer ?? null;
}

const listSubscriptions = (customers: readonly (ObservedCustomer | null)[]): Subscription[] =>
  customers.flatMap((customer) => customer?.subscriptions ?? []);

/** A user is completely observed when all linked customers are, or, without any, when a full run has finished. */
function isCompletelyObserved(snapshot: UserSnapshot, customers: (ObservedCustomer | null)[]): boolean {
  if (snapshot.coverage.fullRun) return true;
  return customers.length > 0 && customers.every((customer) => customer?.completeVersionStart != null);
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
function isMissingInStripe(record: UserRecord, { customers, subscriptions, ranked }: Observed): boolean {
  if (ranked.some((one) => one.access === "yes")) return false;
  const recordedSubscription = record.billing?.stripeSubscriptionId ?? null;
  const isListed = (id: string) => subscriptions.some((one) => one.id === id);
  if (recordedSubscription !== null && !isListed(recordedSubscription)) return true;
  const stored = customers.find((customer) => customer?.id === record.user.stripeCustomerId);
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

type FlagInput = {
  snapshot: UserSnapshot;
  ranked: RatedSubscription[];
  customers: ObservedCustomer[];
  comp: Comp | null;
  onHold: boolean;
  mismatches: Mismatch[];
  now: EpochSeconds;
};

function listFlags(input: FlagInput): Flag[] {
  const { snapshot, mismatches, now } = input;
  const flags: Flag[] = [];
  if (listOpenSubscriptions(input.ranked).length > 1) flags.push("several");
  if (input.customers.filter(({ state }) => state === "present").length > 1)
    flags.push("duplicate_customers");
  if (input.comp !== null) flags.push("comped");
  if (input.onHold) flags.push("on_hold");
  if (mismatches.length > 0 && snapshot.acknowledged === fingerprintMismatches(mismatches))
    flags.push("acknowledged");
  const { observedAt } = snapshot;
  if (observedAt !== null && now - observedAt > STALE_AFTER_SECONDS) flags.push("stale");
  if (snapshot.lookupFailure !== null) flags.push("lookup_failed");
  if (input.ranked[0]?.subscription.collectionPaused) flags.push("collection_paused");
  return flags;
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
