import { recordedStatusAdmits } from "~/billing/access";
import { type Counting, openOnes, subscriptionsInOrder } from "~/billing/choice";
import { endedComp, runningComp } from "~/billing/comps";
import { expectedState } from "~/billing/expected";
import { linksOf, matchByEmail, type UserLinks } from "~/billing/links";
import { fingerprintOf, isWorkspaceMismatch, type Mismatch, mismatchesBetween } from "~/billing/mismatches";
import { type MonthlyMoney, monthlyAmount } from "~/billing/money";
import type { EpochSeconds, ObservedCustomer, Subscription } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import type { Policy } from "~/billing/policy";
import type { BillingState, UserRecord } from "~/billing/record";
import type { Comp, UserSnapshot } from "~/billing/snapshot";
import { stripeStateOf } from "~/billing/stripe-state";
import { type Flag, SEVERITY_OF, type Severity, STALE_AFTER_SECONDS, type Verdict } from "~/billing/verdicts";
import { accessChange } from "./revocation";
import { sinceOf } from "./since";
import { verdictOf } from "./verdict";

/** What the evaluate was given beside the snapshot. */
export type PolicyContext = { catalogue: Catalogue; policy: Policy; now: EpochSeconds };

export type MoneyAtStake = MonthlyMoney & { kind: "locked_out" | "leaking" };

/** The evaluate's word on one user. */
export type Evaluation = {
  verdict: Verdict;
  severity: Severity;
  flags: Flag[];
  counting: Counting | null;
  comp: Comp | null;
  compIsOver: boolean;
  links: UserLinks;
  /** Customer that the e-mail address alone links now; it is stored with the repair. */
  emailLink: string | null;
  suggestions: string[];
  subscriptions: Subscription[];
  /** Linked customers in the order of their ids; null for one that was never seen. */
  customers: (ObservedCustomer | null)[];
  accessRecorded: boolean;
  accessExpected: boolean;
  expected: BillingState;
  mismatches: Mismatch[];
  grants: boolean;
  revokes: boolean;
  money: MoneyAtStake | null;
  since: EpochSeconds | null;
  /** When the clock alone changes this evaluation (grace or a comp ends); null when it does not. */
  nextCheckAt: EpochSeconds | null;
  onHold: boolean;
};

/** Verdicts under which nothing is expected of the record: it stays as it is until staff or another read decide. */
const AS_RECORDED = new Set<Verdict>([
  "not_checked",
  "link_conflict",
  "missing_in_stripe",
  "unknown_status",
  "unmapped_price",
]);

/** Evaluates one user. Pure: the same snapshot, context and time give the same evaluation. */
export function evaluate(snapshot: UserSnapshot, { catalogue, policy, now }: PolicyContext): Evaluation {
  const { record } = snapshot;
  const links = linksOf(snapshot);
  const linked = links.customerIds.map((id) => customerOf(snapshot, id));
  const { hold } = snapshot;
  const onHold = hold !== null && hold.stripeState === stripeStateOf(subscriptionsOf(linked));
  const email = matchByEmail({ snapshot, links, onHold, policy, now });

  const customers =
    email.link === null
      ? linked
      : [...links.customerIds, email.link].sort().map((id) => customerOf(snapshot, id));
  const subscriptions = subscriptionsOf(customers);
  const recordedSubscriptionId = record.billing?.stripeSubscriptionId ?? null;
  const ordered = subscriptionsInOrder({ subscriptions, recordedSubscriptionId, catalogue, policy, now });
  const counting = ordered[0] ?? null;
  const comp = runningComp(snapshot.comps, now);
  const accessExpected = counting !== null && counting.access === "yes" && counting.plan !== null;
  const accessRecorded = recordsAccess(record, counting, policy, now);

  const present = customers.filter((customer) => customer !== null);
  const wanted = expectedState({ record, counting, customers: present, comp, policy });
  const differences = mismatchesBetween(record, wanted);
  const compIsOver = onlyCompIsOver(snapshot, differences, now);
  const completelyObserved = isCompletelyObserved(snapshot, customers);
  const verdict = verdictOf({
    completelyObserved,
    linkConflict: links.conflicts.length > 0,
    customerGone: isCustomerGone({ record, customers, subscriptions, ordered }),
    counting,
    accessExpected,
    accessRecorded,
    linkSuggested: email.suggestions.length > 0,
    comp,
    compIsOver,
    mismatches: differences,
  });

  const asRecorded = AS_RECORDED.has(verdict);
  const expected = asRecorded ? record : wanted;
  const mismatches = asRecorded ? [] : differences;
  const change = accessChange({
    recorded: record,
    expected,
    counting: counting?.subscription ?? null,
    policy,
    now,
  });
  return {
    verdict,
    severity: SEVERITY_OF[verdict],
    flags: flagsOf({ snapshot, subscriptions, customers: present, comp, onHold, mismatches, now }),
    counting,
    comp,
    compIsOver,
    links,
    emailLink: email.link,
    suggestions: email.suggestions,
    subscriptions,
    customers,
    accessRecorded,
    accessExpected,
    expected,
    mismatches,
    grants: change.grants,
    revokes: change.revokes,
    money: moneyAtStake(verdict, counting),
    since: sinceOf(verdict, counting, policy),
    nextCheckAt: nextChange([counting?.changesAt ?? null, email.changesAt], snapshot.comps, now),
    onHold,
  };
}

function customerOf({ customers, emailCandidates }: UserSnapshot, id: string): ObservedCustomer | null {
  const linked = customers.find((customer) => customer.id === id);
  return linked ?? emailCandidates.find(({ customer }) => customer.id === id)?.customer ?? null;
}

const subscriptionsOf = (customers: readonly (ObservedCustomer | null)[]): Subscription[] =>
  customers.flatMap((customer) => customer?.subscriptions ?? []);

/** A user is completely observed when all linked customers are, or, without any, when a full pass has finished. */
function isCompletelyObserved(snapshot: UserSnapshot, customers: (ObservedCustomer | null)[]): boolean {
  if (snapshot.coverage.pass) return true;
  return customers.length > 0 && customers.every((customer) => customer?.completeVersionStart != null);
}

/** Is at least one workspace usable; for a user without workspaces: is the recorded status one that the policy admits? */
function recordsAccess(
  record: UserRecord,
  counting: Counting | null,
  policy: Policy,
  now: EpochSeconds,
): boolean {
  if (record.workspaces.length === 0)
    return recordedStatusAdmits(record.user.subscriptionStatus, counting?.subscription ?? null, policy, now);
  return record.workspaces.some(({ status, seats }) => status === "active" && seats > 0);
}

type GoneInput = {
  record: UserRecord;
  customers: (ObservedCustomer | null)[];
  subscriptions: Subscription[];
  ordered: Counting[];
};

/**
 * The record names a customer or a subscription that a complete read does not find, and nothing else is entitling. A
 * deleted customer whose recorded subscription is still listed, as ended, is evaluated as usual.
 */
function isCustomerGone({ record, customers, subscriptions, ordered }: GoneInput): boolean {
  if (ordered.some((one) => one.access === "yes")) return false;
  const recordedSubscription = record.billing?.stripeSubscriptionId ?? null;
  const isListed = (id: string) => subscriptions.some((one) => one.id === id);
  if (recordedSubscription !== null && !isListed(recordedSubscription)) return true;
  const stored = customers.find((customer) => customer?.id === record.user.stripeCustomerId);
  if (!stored) return false;
  if (stored.state === "missing") return true;
  return stored.state === "deleted" && recordedSubscription === null && stored.subscriptions.length === 0;
}

/** An applied comp is over, the billing fields agree, and no workspace has more than it gave. A smaller one may run. */
function onlyCompIsOver(snapshot: UserSnapshot, differences: Mismatch[], now: EpochSeconds): boolean {
  const over = endedComp(snapshot.comps, now);
  if (over === null || differences.length === 0 || !differences.every(isWorkspaceMismatch)) return false;
  return snapshot.record.workspaces.every((workspace) => workspace.seats <= over.plan.seats);
}

type FlagInput = {
  snapshot: UserSnapshot;
  subscriptions: Subscription[];
  customers: ObservedCustomer[];
  comp: Comp | null;
  onHold: boolean;
  mismatches: Mismatch[];
  now: EpochSeconds;
};

function flagsOf(input: FlagInput): Flag[] {
  const { snapshot, mismatches, now } = input;
  const flags: Flag[] = [];
  if (openOnes(input.subscriptions).length > 1) flags.push("several");
  if (input.customers.filter(({ state }) => state === "present").length > 1)
    flags.push("duplicate_customers");
  if (input.comp !== null) flags.push("comped");
  if (input.onHold) flags.push("on_hold");
  if (mismatches.length > 0 && snapshot.acknowledged === fingerprintOf(mismatches))
    flags.push("acknowledged");
  const { observedAt } = snapshot;
  if (observedAt !== null && now - observedAt > STALE_AFTER_SECONDS) flags.push("stale");
  if (snapshot.lookupFailure !== null) flags.push("lookup_failed");
  return flags;
}

function moneyAtStake(verdict: Verdict, counting: Counting | null): MoneyAtStake | null {
  const kind = verdict === "locked_out" ? "locked_out" : verdict === "unpaid_access" ? "leaking" : null;
  const monthly = counting?.item ? monthlyAmount(counting.item) : null;
  return kind && monthly ? { kind, ...monthly } : null;
}

/** The next moment at which the clock alone changes the evaluation: end of grace (of a suggestion, too), end of a comp. */
function nextChange(
  changes: readonly (EpochSeconds | null)[],
  comps: readonly Comp[],
  now: EpochSeconds,
): EpochSeconds | null {
  let next = Number.POSITIVE_INFINITY;
  for (const time of changes) if (time !== null) next = Math.min(next, time);
  for (const { revokedAt, expiresAt } of comps)
    if (revokedAt === null && expiresAt > now) next = Math.min(next, expiresAt);
  return next === Number.POSITIVE_INFINITY ? null : next;
}
