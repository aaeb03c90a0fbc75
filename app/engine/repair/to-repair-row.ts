import type { Repair } from "~/billing/evaluation/decide";
import type { Settings } from "~/engine/account/settings.server";
import type { EvaluatedUser, RevocationApproval } from "~/engine/evaluate/evaluate-users.server";
import type { RepairRow } from "./repairs.server";
import { toWrittenSubscription } from "./written-subscriptions";

type Origin = {
  approval?: RevocationApproval | null;
  typedReason?: string | null;
  stripeRequestIds?: ReadonlyMap<string, string | null>;
};

/** What is written and audited for a repair of an evaluated user. */
export function toRepairRow(
  { snapshot, evaluation }: EvaluatedUser,
  { after, grants, revokes }: Repair,
  { approval, typedReason, stripeRequestIds }: Origin,
  { policy, keepsSubscriptions }: Pick<Settings, "policy" | "keepsSubscriptions">,
): RepairRow {
  const { userId, user, billing, workspaces } = snapshot.record;
  const customerId = evaluation.primary?.subscription.customerId;
  return {
    userId,
    verdict: evaluation.verdict,
    before: { user, billing, workspaces },
    after: { user: after.user, billing: after.billing, workspaces: after.workspaces },
    grants,
    revokes,
    reason: revokes ? approval?.reason || typedReason || null : null,
    override: revokes && approval?.override === true,
    stripeRequestId: (customerId && stripeRequestIds?.get(customerId)) || null,
    payment: grants ? findPayment(evaluation) : null,
    emailLink: evaluation.emailLink,
    ends:
      !evaluation.accessExpected && evaluation.primary !== null && evaluation.primary.statusAccess === "no",
    subscriptions: keepsSubscriptions
      ? evaluation.ranked.map((rated) => toWrittenSubscription(rated, policy))
      : [],
    takesOverRow:
      billing === null &&
      after.billing !== null &&
      snapshot.held.orphanedSubscriptionIds.includes(after.billing.stripeSubscriptionId),
  };
}

/** The payment behind an access that is expected; null when nothing was paid for it. */
function findPayment({ accessExpected, primary }: EvaluatedUser["evaluation"]): RepairRow["payment"] {
  if (!accessExpected || primary === null) return null;
  const { subscription, item } = primary;
  return { customerId: subscription.customerId, periodStart: item?.periodStart ?? subscription.startDate };
}
