import {
  decideAccess,
  doesStatusGiveAccess,
  doesUserGiveAccess,
  mayStatusMeanAccess,
  type StatusWithGrace,
} from "~/billing/access";
import { buysUnmapped, rankSubscriptions, rateSubscription } from "~/billing/choice";
import { ROWS_WITH_ACCESS } from "~/billing/expected";
import { findWorkspace } from "~/billing/mismatches";
import type { EpochSeconds, ObservedCustomer, Subscription, Version } from "~/billing/observation";
import { type Catalogue, mayPlanGiveMore, type Plan } from "~/billing/plans";
import type { Policy } from "~/billing/policy";
import { type AnyRow, type BillingState, readRecordedIds, type WorkspaceRow } from "~/billing/record";
import { findSetValue, isLetIn, mayShutOut } from "~/billing/vocabulary/vocabulary";

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
  /** The subscription that counts gives access to a plan. */
  accessExpected: boolean;
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
  if (recorded.workspaces.length === 0) {
    if (givesAccess(expected, input) && !givesAccess(recorded, input)) grants = true;
    if (mayFieldsGiveAccess(input) && !givesAccess(expected, input)) revokes = true;
  }
  const takes =
    takesStatus(input) || takesRows(input) || takesPlan(input) || takesIncluded(input) || takesPeriod(input);
  return { grants, revokes: revokes || takes };
}

const givesAccess = ({ user }: BillingState, { primary, ...rules }: Rules & Pick<ChangeInput, "primary">) =>
  doesUserGiveAccess(user, primary, rules);

/** May a user without workspaces have access by the recorded fields? Any status may that is not known to give none. */
const mayFieldsGiveAccess = ({ recorded: { user }, catalogue, primary, policy, now }: ChangeInput): boolean =>
  catalogue.plans.get(user.plan ?? "")?.seats !== 0 &&
  mayStatusMeanAccess(user.subscriptionStatus, primary, policy, now);

/**
 * A status that may mean access is overwritten with one that does not, or of which it is not known whether it does for the
 * application, in the user's fields or in the row.
 */
export function takesStatus(input: ChangeInput): boolean {
  const { recorded, expected } = input;
  const takes = (was: string | null, should: string | null) => takesStatusWord(was, should, input);
  const { billing } = recorded;
  return (
    takes(recorded.user.subscriptionStatus, expected.user.subscriptionStatus) ||
    (billing !== null && expected.billing !== null && takes(billing.status, expected.billing.status))
  );
}

/** Is this status, which may mean access, replaced with one that does not surely let the user in? */
export const takesStatusWord = (
  was: string | null,
  should: string | null,
  input: Omit<Rules, "catalogue"> & Pick<ChangeInput, "primary">,
): boolean =>
  was !== should &&
  mayStatusMeanAccess(was, input.primary, input.policy, input.now) &&
  !letsIn(should, input);

/** Does the application surely let in an owner with this status? */
const letsIn = (
  word: string | null,
  { primary, policy, now }: Omit<Rules, "catalogue"> & Pick<ChangeInput, "primary">,
) =>
  word !== null &&
  (isLetIn(word, policy.vocabulary) ?? doesStatusGiveAccess(word, primary, policy, now)) &&
  !mayShutOut(word, policy.vocabulary);

/** The last of several rows that may let the user in is overwritten with what lets in no one. */
function takesRows(input: ChangeInput): boolean {
  const { recorded, expected } = input;
  const was = listRowWords(recorded);
  if (was.length === 0) return false;
  const remains = [...listRowWords(expected), expected.user.subscriptionStatus].some((word) =>
    letsIn(word, input),
  );
  const mayLetIn = (word: string) => letsIn(word, input) || isLetIn(word, input.policy.vocabulary) === null;
  return !remains && was.some((word) => mayLetIn(word) && !listRowWords(expected).includes(word));
}

/** The words of the rows with access, where the application keeps several. */
function listRowWords({ user }: BillingState): string[] {
  const row: AnyRow = user;
  const rows = row[ROWS_WITH_ACCESS];
  return typeof rows === "string" ? rows.split("\n").map((line) => line.slice(line.indexOf("=") + 1)) : [];
}

/** A plan that may give more is overwritten, for a user who may have access: without access no plan gives any. */
function takesPlan(input: ChangeInput): boolean {
  const { recorded, expected } = input;
  const { billing } = recorded;
  if (!mayHaveAccess(input)) return false;
  return (
    takesPlanWord(recorded.user.plan, expected.user.plan, input) ||
    (billing !== null &&
      expected.billing !== null &&
      takesPlanWord(billing.plan, expected.billing.plan, input))
  );
}

const mayHaveAccess = (input: ChangeInput): boolean =>
  input.recorded.workspaces.length === 0
    ? mayFieldsGiveAccess(input)
    : input.recorded.workspaces.some((workspace) => countUsableSeats(workspace) > 0);

/** Fewer seats by the quantity, or less by a further column that the plan sets, for a user who may have access. */
function takesIncluded(input: ChangeInput): boolean {
  const after = listIncluded(input.expected);
  const takes = ([name, was]: readonly [string, number]) => (after.get(name) ?? was) < was;
  return [...listIncluded(input.recorded)].some(takes) && mayHaveAccess(input);
}

/** What is included, as numbers: the quantity, and what plans set; a yes is one. */
function listIncluded({ user, billing }: BillingState): Map<string, number> {
  const included = new Map<string, number>();
  const owner: AnyRow = user;
  const row: AnyRow = billing ?? {};
  const add = (name: string, value: unknown) => {
    if (typeof value === "number" || typeof value === "boolean") included.set(name, Number(value));
  };
  add("quantity", row.quantity);
  for (const [name, value] of Object.entries(owner)) if (name.startsWith("sets.")) add(name, value);
  return included;
}

/** Is this plan replaced with one that may give less? */
export const takesPlanWord = (
  was: string | null,
  should: string | null,
  { catalogue, policy }: Pick<Rules, "catalogue" | "policy">,
): boolean =>
  was !== should &&
  was !== policy.noPlanWord &&
  mayPlanGiveMore(was, should === null ? null : (catalogue.plans.get(should) ?? null), catalogue);

/**
 * A recorded period, of the user or of the row, is cut short by what gives no access to a plan: the application may decide by
 * its end.
 */
function takesPeriod({ recorded, expected, accessExpected }: ChangeInput): boolean {
  const takes = (was: EpochSeconds | null, should: EpochSeconds | null) =>
    was !== null && (should === null || should < Math.floor(was));
  const { user, billing } = recorded;
  if (accessExpected) return false;
  return (
    takes(user.currentPeriodEnd, expected.user.currentPeriodEnd) ||
    (billing !== null &&
      expected.billing !== null &&
      takes(billing.currentPeriodEnd, expected.billing.currentPeriodEnd))
  );
}

export type NoEvidence =
  | "not_read_since"
  | "customer_not_found"
  | "no_positive_evidence"
  | "undecided_subscription"
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
  /** A status that may let the user in is taken: a subscription that lets in with less is no evidence for that. */
  takesStatus: boolean;
  /** Only what a comp of Parity's gave is revoked, and that comp is over. */
  compIsOver: boolean;
  revocationVersion: Version | null;
};

/**
 * Is there positive evidence for a revocation? Evidence is a complete read of every linked customer that started after the
 * revocation was evaluated, in which the recorded subscription (or, with none recorded, at least one) has ended, gives no
 * access, or gives fewer seats (this not where the status is taken). An empty list, a 404, an unknown status or a failed page are no evidence, and there is none
 * while another subscription of the user may give what would be taken: one of unknown status, or at an unmapped price.
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
  const listed = customers.flatMap((customer) => customer?.subscriptions ?? []);
  if (listed.some((one) => mayGiveMoreThanKnown(one, input)))
    return { ok: false, reason: "undecided_subscription" };
  if (input.compIsOver) return { ok: true };
  if (customers.some((customer) => customer?.state === "missing"))
    return { ok: false, reason: "customer_not_found" };
  const { subscriptionId: recordedId } = readRecordedIds(input.recorded);
  const subscriptions = recordedId === null ? listed : listed.filter((one) => one.id === recordedId);
  // An abandoned checkout, or what is not ours, never gave the access that would be taken.
  const relevant = rankSubscriptions({ ...input, subscriptions, recordedSubscriptionId: recordedId });
  return relevant.some(({ subscription }) => entitlesToLess(subscription, input))
    ? { ok: true }
    : { ok: false, reason: "no_positive_evidence" };
}

/** Its status is unknown, or it gives access and something in it is bought at a price that is not mapped. */
function mayGiveMoreThanKnown(subscription: Subscription, { catalogue, policy, now }: Rules): boolean {
  const { access } = decideAccess(subscription, policy, now);
  return access === "review" || (access === "yes" && buysUnmapped(subscription, catalogue));
}

function entitlesToLess(subscription: Subscription, input: EvidenceInput): boolean {
  const { access, plan, item } = rateSubscription(subscription, input);
  if (access === "no" || isLateUnsaid(subscription, input)) return true;
  if (input.takesStatus) return false;
  return access === "yes" && plan !== null && hasMoreThan(plan, item?.quantity ?? null, input);
}

/** It is late, and the mapping does not say whether the application lets such an owner in. */
const isLateUnsaid = ({ status }: Subscription, { policy: { vocabulary } }: Rules): boolean =>
  status === "past_due" && vocabulary.statusesWithAccess === "not_said";

/** Does the record give more than what is bought: more seats, more of what the plan sets, or a plan that may give more? */
function hasMoreThan(
  plan: Plan,
  quantity: number | null,
  { recorded, catalogue, policy }: EvidenceInput,
): boolean {
  const { user, billing, workspaces } = recorded;
  for (const [name, was] of listIncluded(recorded)) {
    const bought = name === "quantity" ? quantity : findSetValue(name, plan.id, policy.vocabulary);
    if ((typeof bought === "number" || typeof bought === "boolean") && Number(bought) < was) return true;
  }
  if (workspaces.some((workspace) => countUsableSeats(workspace) > plan.seats)) return true;
  return [user.plan, billing?.plan ?? null].some(
    (recordedPlan) => recordedPlan !== policy.noPlanWord && mayPlanGiveMore(recordedPlan, plan, catalogue),
  );
}
