import {
  decideAccess,
  doesStatusGiveAccess,
  doesUserGiveAccess,
  mayStatusMeanAccess,
  type StatusWithGrace,
} from "~/billing/access";
import { chooseItem, rankSubscriptions } from "~/billing/choice";
import { findWorkspace } from "~/billing/mismatches";
import type { EpochSeconds, ObservedCustomer, Subscription, Version } from "~/billing/observation";
import { type Catalogue, mayPlanGiveMore, type Plan } from "~/billing/plans";
import type { Policy } from "~/billing/policy";
import { type BillingState, readRecordedIds, type WorkspaceRow } from "~/billing/record";

/** Seats that a workspace can use. */
const countUsableSeats = (workspace: WorkspaceRow) => (workspace.status === "active" ? workspace.seats : 0);

/** Only `locked` is known to mean no access. */
const mayBeUsed = ({ status }: WorkspaceRow) => status !== "locked";

export type AccessChange = { grants: boolean; revokes: boolean };

type Rules = { catalogue: Catalogue; policy: Policy; now: EpochSeconds };

type ChangeInput = Rules & {
  recorded: BillingState;
  expected: BillingState;
  primary: StatusWithGrace | null;
};

/**
 * Does going from one state to the other grant access or seats, or revoke some? For a user without workspaces the
 * recorded status decides about a grant. Overwriting any recorded value that may mean access, with one that does not,
 * revokes: the application may decide by any of them.
 */
export function compareAccess(input: ChangeInput): AccessChange {
  const { recorded, expected } = input;
  let grants = false;
  let revokes = false;
  for (const workspace of recorded.workspaces) {
    const should = findWorkspace(expected, workspace);
    if (countUsableSeats(should) > countUsableSeats(workspace)) grants = true;
    if (countUsableSeats(should) < countUsableSeats(workspace)) revokes = true;
    if (mayBeUsed(workspace) && !mayBeUsed(should)) revokes = true;
    if (workspace.status !== "active" && should.status === "active") grants = true;
  }
  const byStatus = recorded.workspaces.length === 0;
  if (byStatus && givesAccess(expected, input) && !givesAccess(recorded, input)) grants = true;
  return { grants, revokes: revokes || takesStatus(input) || takesPlan(input) || takesPeriod(input) };
}

const givesAccess = (
  { user }: BillingState,
  { primary, ...rules }: Omit<ChangeInput, "recorded" | "expected">,
) => doesUserGiveAccess(user, primary, rules);

/** A status that may mean access is overwritten with one that does not, in the user's fields or in the row. */
function takesStatus({ recorded, expected, primary, policy, now }: ChangeInput): boolean {
  const takes = (was: string | null, should: string | null) =>
    was !== should &&
    mayStatusMeanAccess(was, primary, policy, now) &&
    !doesStatusGiveAccess(should, primary, policy, now);
  const { billing } = recorded;
  return (
    takes(recorded.user.subscriptionStatus, expected.user.subscriptionStatus) ||
    (billing !== null && expected.billing !== null && takes(billing.status, expected.billing.status))
  );
}

/** A plan that may give more is overwritten, for a user who has access: without access no plan gives any. */
function takesPlan({ recorded, expected, catalogue, policy, ...rest }: ChangeInput): boolean {
  const { workspaces } = recorded;
  const hasAccess =
    workspaces.length === 0
      ? givesAccess(recorded, { catalogue, policy, ...rest })
      : workspaces.some((workspace) => countUsableSeats(workspace) > 0);
  if (!hasAccess) return false;
  const takes = (was: string | null, should: string | null) =>
    was !== should &&
    was !== policy.noPlanWord &&
    mayPlanGiveMore(was, should === null ? null : (catalogue.plans.get(should) ?? null), catalogue);
  const { billing } = recorded;
  return (
    takes(recorded.user.plan, expected.user.plan) ||
    (billing !== null && expected.billing !== null && takes(billing.plan, expected.billing.plan))
  );
}

/** A recorded period is cut short by a subscription that gives no access: the application may decide by its end. */
function takesPeriod({ recorded, expected, primary, policy, now }: ChangeInput): boolean {
  const was = recorded.user.currentPeriodEnd;
  const should = expected.user.currentPeriodEnd;
  if (was === null || (should !== null && should >= Math.floor(was))) return false;
  return primary === null || decideAccess(primary, policy, now).access !== "yes";
}

export type NoEvidence =
  | "not_read_since"
  | "customer_not_found"
  | "no_positive_evidence"
  | "possible_other_customer"
  | "contested_customer"
  | "other_customers_unknown";

export type EvidenceInput = Rules & {
  recorded: BillingState;
  /** Every customer of the user, with the user's subscriptions; null for one that was never seen. */
  customers: readonly (ObservedCustomer | null)[];
  /** The record claims what another user claims as well. */
  isContested: boolean;
  /** Unlinked paying customers that may well be this user's. */
  withholding: readonly string[];
  /** It is known that there are no others: a finished full run, a fresh read of the address, or an address without weight. */
  othersKnown: boolean;
  /** Only what a comp of Parity's gave is revoked, and that comp is over. */
  compIsOver: boolean;
  revocationVersion: Version | null;
};

/**
 * Is there positive evidence for a revocation? Evidence is a complete read of every linked customer that started after the
 * revocation was evaluated, in which the recorded subscription (or, with none recorded, at least one) has ended, gives no
 * access, or gives fewer seats. An empty list, a 404, an unknown status or a failed page are no evidence.
 */
export function checkRevocationEvidence(
  input: EvidenceInput,
): { ok: true } | { ok: false; reason: NoEvidence } {
  const { customers, revocationVersion } = input;
  if (input.isContested) return { ok: false, reason: "contested_customer" };
  if (input.withholding.length > 0) return { ok: false, reason: "possible_other_customer" };
  const isFresh = (customer: ObservedCustomer | null) =>
    customer?.completeVersionStart != null &&
    revocationVersion !== null &&
    customer.completeVersionStart > revocationVersion;
  if (!customers.every(isFresh)) return { ok: false, reason: "not_read_since" };
  if (!input.othersKnown) return { ok: false, reason: "other_customers_unknown" };
  if (input.compIsOver) return { ok: true };
  if (customers.some((customer) => customer?.state === "missing"))
    return { ok: false, reason: "customer_not_found" };
  const listed = customers.flatMap((customer) => customer?.subscriptions ?? []);
  const { subscriptionId: recordedId } = readRecordedIds(input.recorded);
  const subscriptions = recordedId === null ? listed : listed.filter((one) => one.id === recordedId);
  // An abandoned checkout, or what is not ours, never gave the access that would be taken.
  const relevant = rankSubscriptions({ ...input, subscriptions, recordedSubscriptionId: recordedId });
  return relevant.some(({ subscription }) => entitlesToLess(subscription, input))
    ? { ok: true }
    : { ok: false, reason: "no_positive_evidence" };
}

function entitlesToLess(subscription: Subscription, input: EvidenceInput): boolean {
  const { access } = decideAccess(subscription, input.policy, input.now);
  if (access === "no") return true;
  if (access === "review") return false;
  const { plan, purchase } = chooseItem(subscription.items, input.catalogue);
  return purchase !== "unmapped" && hasMoreThan(plan, input);
}

/** Does the record give more than the plan: more seats in a workspace, or a plan that may give more? Null: nothing is bought. */
function hasMoreThan(plan: Plan | null, { recorded, catalogue, policy }: EvidenceInput): boolean {
  const { user, billing, workspaces } = recorded;
  if (workspaces.some((workspace) => countUsableSeats(workspace) > (plan?.seats ?? 0))) return true;
  return [user.plan, billing?.plan ?? null].some(
    (recordedPlan) => recordedPlan !== policy.noPlanWord && mayPlanGiveMore(recordedPlan, plan, catalogue),
  );
}
