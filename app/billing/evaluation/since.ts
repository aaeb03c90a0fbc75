import { findGraceEnd } from "~/billing/access";
import type { RatedSubscription } from "~/billing/choice";
import { type EpochSeconds, isOpen } from "~/billing/observation";
import type { Policy } from "~/billing/policy";

/** Since when money or access is wrong, told from the subscription that counts; null when it does not say. */
export type FindSince = (primary: RatedSubscription, policy: Policy) => EpochSeconds | null;

/**
 * For a user who is locked out: the start of the subscription, or our first observation of it as giving access when it
 * was seen otherwise before. One with a start that was dated back gave nothing before Stripe had it.
 */
export const findSinceEntitled: FindSince = ({ subscription: { startDate, created, entitlingSince } }) =>
  Math.max(startDate, created, entitlingSince ?? 0);

/**
 * For unpaid access: the end of the subscription, else the end of grace, else the cancellation. While a subscription is open, the
 * latter is only when someone asked for it.
 */
export const findSinceAccessEnded: FindSince = ({ subscription }, policy) =>
  subscription.endedAt ??
  findGraceEnd(subscription, policy) ??
  (isOpen(subscription) ? null : subscription.canceledAt);
