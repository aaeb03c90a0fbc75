import { graceEndsAt } from "~/billing/access";
import type { Counting } from "~/billing/choice";
import type { EpochSeconds } from "~/billing/observation";
import type { Policy } from "~/billing/policy";
import type { Verdict } from "~/billing/verdicts";

/**
 * Since when money or access is wrong. Locked out: from the later of `start_date` and our first observation as
 * entitling, if it was seen otherwise before. Unpaid access: from `ended_at`, or the end of grace. Else null.
 */
export function sinceOf(verdict: Verdict, counting: Counting | null, policy: Policy): EpochSeconds | null {
  if (counting === null) return null;
  const { subscription } = counting;
  if (verdict === "locked_out") {
    return Math.max(subscription.startDate, subscription.entitlingSince ?? 0);
  }
  if (verdict === "unpaid_access") {
    return subscription.endedAt ?? graceEndsAt(subscription, policy) ?? subscription.canceledAt;
  }
  return null;
}
