import type { Repair } from "~/billing/evaluation/decide";
import type { Policy } from "~/billing/policy";
import { isRowFor } from "~/billing/record";
import { listStatuses } from "~/billing/vocabulary/vocabulary";
import type { Settings } from "~/engine/account/settings.server";
import type { EvaluatedUser, RevocationApproval } from "~/engine/evaluate/evaluate-users.server";
import { maskText } from "~/platform/mask.server";
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
    reason: revokes ? maskText(approval?.reason || typedReason || "") || null : null,
    override: revokes && approval?.override === true,
    stripeRequestId: (customerId && stripeRequestIds?.get(customerId)) || null,
    payment: grants ? findPayment({ snapshot, evaluation }, policy) : null,
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

/** Statuses from which a subscription comes back with a payment that is younger than its period. */
const PAID_LATE = new Set(["past_due", "unpaid", "paused"]);
/** A first payment is made within a day. Seconds. */
const FIRST_PAYMENT_WITHIN = 86_400;

/** The payment behind an access that is expected; null when nothing was paid for it. */
function findPayment(
  {
    snapshot: { record },
    evaluation: { accessExpected, accessRecorded, primary },
  }: Pick<EvaluatedUser, "snapshot" | "evaluation">,
  { vocabulary }: Policy,
): RepairRow["payment"] {
  // A further workspace, or a larger plan, is no access that a payment waited for.
  if (!accessExpected || accessRecorded || primary === null) return null;
  const { subscription, item } = primary;
  const { customerId, startDate, entitlingSince } = subscription;
  const periodStart = item?.periodStart ?? startDate;
  const recorded = isRowFor(record.billing, subscription.id) ? (record.billing?.status ?? "") : "";
  const wasLate = listStatuses(recorded, vocabulary).some((status) => PAID_LATE.has(status));
  const wasSeenWithout = entitlingSince !== null && entitlingSince > periodStart + FIRST_PAYMENT_WITHIN;
  return { customerId, periodStart, paidAt: wasLate || wasSeenWithout ? null : periodStart };
}
