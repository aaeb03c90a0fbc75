import type { EpochSeconds, Subscription } from "./observation";
import type { Catalogue } from "./plans";
import type { Policy } from "./policy";
import type { UserBilling } from "./record";
import {
  isLetIn,
  isShutOut,
  listStatuses,
  RUNNING_STATUSES,
  readStatusMeaning,
} from "./vocabulary/vocabulary";

const DAY = 86_400;

/** `review`: an unknown status. Nothing is granted and nothing revoked because of it. */
export type Access = "yes" | "no" | "review";

export type AccessDecision = {
  access: Access;
  /** When the clock alone changes the answer (end of grace); null when it does not. */
  changesAt: EpochSeconds | null;
};

/** What decides about access; `unpaidSince` only where the invoice is known. */
export type StatusWithGrace = Pick<Subscription, "status" | "pastDueSince"> &
  Partial<Pick<Subscription, "unpaidSince">>;

const WITHOUT_ACCESS = new Set(["unpaid", "paused", "incomplete", "incomplete_expired", "canceled"]);

/**
 * The access policy: does this subscription give access now? `past_due` does while in grace, counted from when the invoice
 * became unpaid, or, where that is not known, from our first observation of this spell (Stripe has no date of becoming past due).
 * What the application's own rule shuts out gives none.
 */
export function decideAccess(
  subscription: StatusWithGrace,
  policy: Policy,
  now: EpochSeconds,
): AccessDecision {
  const { status } = subscription;
  if (WITHOUT_ACCESS.has(status)) return { access: "no", changesAt: null };
  if (!RUNNING_STATUSES.includes(status)) return { access: "review", changesAt: null };
  if (isShutOut(status, policy.vocabulary)) return { access: "no", changesAt: null };
  if (status !== "past_due") return { access: "yes", changesAt: null };
  const graceEnds = (findOverdueSince(subscription) ?? now) + countGraceDays(policy) * DAY;
  return now < graceEnds ? { access: "yes", changesAt: graceEnds } : { access: "no", changesAt: null };
}

/**
 * Does a recorded status give access to a user without workspaces? A word that stands for several of Stripe's statuses is
 * read as the one that counts, where that is among them. A recorded `past_due` follows the grace of the subscription that
 * counts, when that is `past_due` too.
 */
export function doesStatusGiveAccess(
  word: string | null,
  primary: StatusWithGrace | null,
  policy: Policy,
  now: EpochSeconds,
): boolean {
  return decideByWord(word, primary, policy, now).includes("yes");
}

/** What the statuses that a recorded word stands for give; empty for no word, and for one that is not known. */
function decideByWord(
  word: string | null,
  primary: StatusWithGrace | null,
  policy: Policy,
  now: EpochSeconds,
): Access[] {
  if (word === null) return [];
  if (isLetIn(word, policy.vocabulary) === false) return ["no"];
  const statuses = listStatuses(word, policy.vocabulary);
  if (primary !== null && statuses.includes(primary.status))
    return [
      decideAccess({ status: primary.status, pastDueSince: findOverdueSince(primary) }, policy, now).access,
    ];
  return statuses.map((status) => decideAccess({ status, pastDueSince: null }, policy, now).access);
}

type DecidingFields = Pick<UserBilling, "subscriptionStatus" | "plan"> &
  Partial<Pick<UserBilling, "currentPeriodEnd">>;

/**
 * Do the fields of a user without workspaces give access, by the application's own rule? By the status, unless the recorded
 * plan has no seats; by the plan; or by the end of the period.
 */
export function doesUserGiveAccess(
  { subscriptionStatus, plan, currentPeriodEnd = null }: DecidingFields,
  primary: StatusWithGrace | null,
  { catalogue, policy, now }: { catalogue: Catalogue; policy: Policy; now: EpochSeconds },
): boolean {
  const { accessBy, dateGraceSeconds } = policy.vocabulary;
  const bought = plan === null ? null : (catalogue.plans.get(plan) ?? null);
  if (bought?.seats === 0) return false;
  if (accessBy === "plan") return bought !== null;
  if (accessBy === "date") return currentPeriodEnd !== null && currentPeriodEnd + dateGraceSeconds > now;
  return doesStatusGiveAccess(subscriptionStatus, primary, policy, now);
}

/**
 * May this recorded status mean access for the application? Any word may that is not known as "no access": `active`, but
 * also `lifetime` or `ACTIVE`, which only the application understands, and every one that its mapping says lets an owner in.
 */
export function mayStatusMeanAccess(
  word: string | null,
  primary: StatusWithGrace | null,
  policy: Policy,
  now: EpochSeconds,
): boolean {
  const meaning = readStatusMeaning(word, policy.vocabulary);
  if (meaning === "none") return false;
  if (meaning !== "known" || (word !== null && isLetIn(word, policy.vocabulary))) return true;
  return decideByWord(word, primary, policy, now).some((access) => access !== "no");
}

/** The end of a past-due subscription's grace; null in any other status. */
export function findGraceEnd(subscription: StatusWithGrace, policy: Policy): EpochSeconds | null {
  const since = findOverdueSince(subscription);
  return subscription.status !== "past_due" || since === null ? null : since + countGraceDays(policy) * DAY;
}

/** Days that a late payment still gives access: none where the application's own rule lets in no one who is late. */
export const countGraceDays = ({ graceDays, vocabulary }: Policy): number =>
  isShutOut("past_due", vocabulary) ? 0 : graceDays;

/** When grace began: when the invoice became unpaid, else when this spell was first seen. */
const findOverdueSince = ({ unpaidSince, pastDueSince }: StatusWithGrace): EpochSeconds | null =>
  unpaidSince ?? pastDueSince;
