import { decideAccess, doesStatusGiveAccess } from "~/billing/access";
import { chooseItem } from "~/billing/choice";
import { findWorkspace } from "~/billing/mismatches";
import type { EpochSeconds, ObservedCustomer, Subscription, Version } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import type { Policy } from "~/billing/policy";
import type { BillingState, WorkspaceRow } from "~/billing/record";

/** Seats that a workspace can use. */
const countUsableSeats = (workspace: WorkspaceRow) => (workspace.status === "active" ? workspace.seats : 0);

export type AccessChange = { grants: boolean; revokes: boolean };

type ChangeInput = {
  recorded: BillingState;
  expected: BillingState;
  primary: Pick<Subscription, "status" | "pastDueSince"> | null;
  policy: Policy;
  now: EpochSeconds;
};

/**
 * Does going from one state to the other grant access or seats, or revoke some? For a user without workspaces the
 * recorded status decides. Clearing a status that gives access because Stripe lists nothing counts as revoking too.
 */
export function compareAccess(input: ChangeInput): AccessChange {
  const { recorded, expected, primary } = input;
  let grants = false;
  let revokes = false;
  for (const workspace of recorded.workspaces) {
    const should = findWorkspace(expected, workspace);
    if (countUsableSeats(should) > countUsableSeats(workspace)) grants = true;
    if (countUsableSeats(should) < countUsableSeats(workspace)) revokes = true;
    if (workspace.status === "active" && should.status !== "active") revokes = true;
    if (workspace.status !== "active" && should.status === "active") grants = true;
  }
  const { workspaces } = recorded;
  if (workspaces.length === 0 && givesAccess(expected, input) && !givesAccess(recorded, input)) grants = true;
  const statusDecides = workspaces.length === 0 || primary === null;
  if (statusDecides && givesAccess(recorded, input) && !givesAccess(expected, input)) revokes = true;
  return { grants, revokes };
}

const givesAccess = ({ user }: BillingState, { primary, policy, now }: ChangeInput) =>
  doesStatusGiveAccess(user.subscriptionStatus, primary, policy, now);

export type NoEvidence =
  | "not_read_since"
  | "customer_not_found"
  | "no_positive_evidence"
  | "possible_other_customer"
  | "other_customers_unknown";

export type EvidenceInput = {
  recorded: BillingState;
  /** Every linked customer; null for one that was never seen. */
  customers: readonly (ObservedCustomer | null)[];
  /** Unlinked paying customers with this user's address. */
  possibleMatches: readonly string[];
  /** It is known that there are no others: a finished full run, or a fresh read of the address. */
  othersKnown: boolean;
  /** Only what a comp of Parity's gave is revoked, and that comp is over. */
  compIsOver: boolean;
  revocationVersion: Version | null;
  catalogue: Catalogue;
  policy: Policy;
  now: EpochSeconds;
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
  if (input.possibleMatches.length > 0) return { ok: false, reason: "possible_other_customer" };
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
  const recordedId = input.recorded.billing?.stripeSubscriptionId ?? null;
  const relevant = recordedId === null ? listed : listed.filter((one) => one.id === recordedId);
  return relevant.some((one) => entitlesToLess(one, input))
    ? { ok: true }
    : { ok: false, reason: "no_positive_evidence" };
}

function entitlesToLess(subscription: Subscription, input: EvidenceInput): boolean {
  const { access } = decideAccess(subscription, input.policy, input.now);
  if (access === "no") return true;
  if (access === "review") return false;
  const { plan } = chooseItem(subscription.items, input.catalogue);
  return (
    plan !== null && input.recorded.workspaces.some((workspace) => countUsableSeats(workspace) > plan.seats)
  );
}
