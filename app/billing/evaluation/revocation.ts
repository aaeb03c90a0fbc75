import { accessOf, recordedStatusAdmits } from "~/billing/access";
import { itemThatCounts } from "~/billing/choice";
import { sameWorkspace } from "~/billing/mismatches";
import type { EpochSeconds, ObservedCustomer, Subscription, Version } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import type { Policy } from "~/billing/policy";
import type { BillingState, WorkspaceRow } from "~/billing/record";

/** Soldiers that a workspace may really use. */
const usable = (workspace: WorkspaceRow) => (workspace.status === "active" ? workspace.seats : 0);

export type AccessChange = { grants: boolean; revokes: boolean };

type ChangeInput = {
  recorded: BillingState;
  expected: BillingState;
  counting: Pick<Subscription, "status" | "pastDueSince"> | null;
  policy: Policy;
  now: EpochSeconds;
};

/**
 * Does going from one state to the other give access or soldiers, or take some away? For a user without workspaces
 * the recorded status decides. Clearing a status that admits, on the word of an empty list, counts as taking too.
 */
export function accessChange(input: ChangeInput): AccessChange {
  const { recorded, expected, counting } = input;
  let grants = false;
  let revokes = false;
  for (const workspace of recorded.workspaces) {
    const should = sameWorkspace(expected, workspace);
    if (usable(should) > usable(workspace)) grants = true;
    if (usable(should) < usable(workspace)) revokes = true;
    if (workspace.status === "active" && should.status !== "active") revokes = true;
    if (workspace.status !== "active" && should.status === "active") grants = true;
  }
  const { workspaces } = recorded;
  if (workspaces.length === 0 && admits(expected, input) && !admits(recorded, input)) grants = true;
  const statusDecides = workspaces.length === 0 || counting === null;
  if (statusDecides && admits(recorded, input) && !admits(expected, input)) revokes = true;
  return { grants, revokes };
}

const admits = ({ user }: BillingState, { counting, policy, now }: ChangeInput) =>
  recordedStatusAdmits(user.subscriptionStatus, counting, policy, now);

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
  suggestions: readonly string[];
  /** It is known that there are no others: a finished pass, or a fresh read of the address. */
  othersKnown: boolean;
  /** What is taken away was given by a comp of Parity's that is over, and nothing else differs. */
  compIsOver: boolean;
  revocationVersion: Version | null;
  catalogue: Catalogue;
  policy: Policy;
  now: EpochSeconds;
};

/**
 * Is there positive evidence for a revocation? A complete read of every linked customer that started after the revocation
 * was evaluated, in which the recorded subscription (or, with none recorded, at least one) is ended, not entitling, or
 * entitling to fewer soldiers. An empty list, a 404, an unknown status or a failed page are none.
 */
export function evidenceForRevocation(
  input: EvidenceInput,
): { ok: true } | { ok: false; reason: NoEvidence } {
  const { customers, revocationVersion } = input;
  if (input.suggestions.length > 0) return { ok: false, reason: "possible_other_customer" };
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
  const speaking = recordedId === null ? listed : listed.filter((one) => one.id === recordedId);
  return speaking.some((one) => entitlesToLess(one, input))
    ? { ok: true }
    : { ok: false, reason: "no_positive_evidence" };
}

function entitlesToLess(subscription: Subscription, input: EvidenceInput): boolean {
  const { access } = accessOf(subscription, input.policy, input.now);
  if (access === "no") return true;
  if (access === "review") return false;
  const { plan } = itemThatCounts(subscription.items, input.catalogue);
  return plan !== null && input.recorded.workspaces.some((workspace) => usable(workspace) > plan.seats);
}
