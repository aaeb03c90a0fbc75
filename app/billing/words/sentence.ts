import type { Counting } from "~/billing/choice";
import { formatDay } from "~/billing/dates";
import type { BlockReason } from "~/billing/evaluation/decide";
import type { Evaluation } from "~/billing/evaluation/evaluate";
import { isPlanMismatch } from "~/billing/mismatches";
import type { UserRecord } from "~/billing/record";
import type { Severity } from "~/billing/verdicts";
import {
  paysOf,
  planOf,
  plural,
  priceInWords,
  priceOf,
  quoted,
  stripeSays,
  syncWill,
  workspacesOf,
} from "./phrases";

export { plural } from "./phrases";

/** The verdict on a user as something that a support agent can read out. */
export function sentenceOf(evaluation: Evaluation, record: UserRecord): string {
  const { counting } = evaluation;
  switch (evaluation.verdict) {
    case "not_checked":
      return "Stripe has not been read completely for this customer yet. Sync will read Stripe first.";
    case "link_conflict":
      return conflictSentence(evaluation);
    case "missing_in_stripe":
      return goneSentence(evaluation, record);
    case "unknown_status":
      return `Stripe calls the subscription ${quoted(counting?.subscription.status ?? null)}, a status that Parity does not know. Nothing is changed until somebody decides.`;
    case "unmapped_price":
      return counting?.item
        ? `${paysOf(counting)}, but no plan claims the price ${counting.item.priceId}. Map the price to a plan; until then everything stays as it is.`
        : "Stripe lists no price for the subscription, so its plan is not known. Nothing is changed until somebody decides.";
    case "locked_out":
      return `${paysOf(counting)} for ${planOf(counting)} since ${startOf(evaluation)}${grace(counting)}. ${lockedOutBecause(evaluation, record)} ${syncWill(evaluation, record)}`;
    case "possible_match":
      return suggestedSentence(evaluation.suggestions.length);
    case "unpaid_access":
      return `${whyNotPaid(counting)} The database still gives access. ${syncWill(evaluation, record)}`;
    case "plan_mismatch":
      return `${planSentence(evaluation, record)} ${syncWill(evaluation, record)}`;
    case "access_mismatch":
      return `${accessSentence(evaluation, record)} ${syncWill(evaluation, record)}`;
    case "status_mismatch":
      return `${statusSentence(evaluation, record)} ${syncWill(evaluation, record)}`;
    case "detail_mismatch":
      return evaluation.mismatches.some(isPlanMismatch)
        ? "Access and status are right. The recorded plan or price is not; Sync will correct it."
        : "Access, plan and status are right. Some details, such as ids or period dates, are not; Sync will correct them.";
    case "in_sync":
      return inSyncSentence(evaluation);
    case "no_subscription":
      return "No subscription in Stripe and none in the database.";
  }
}

const startOf = ({ since, counting }: Evaluation) =>
  formatDay(since ?? counting?.subscription.startDate ?? 0);

const grace = (counting: Counting | null) =>
  counting?.changesAt ? `, overdue, with grace until ${formatDay(counting.changesAt)}` : "";

function lockedOutBecause({ expected }: Evaluation, record: UserRecord): string {
  const { subscriptionStatus } = record.user;
  const said =
    subscriptionStatus === null
      ? "The database has no subscription"
      : `The database says ${quoted(subscriptionStatus)}`;
  const therefore = subscriptionStatus === expected.user.subscriptionStatus ? "but" : "so";
  const [first] = record.workspaces;
  if (!first) return `${said}, so there is no access.`;
  if (record.workspaces.length > 1) return `${said}, ${therefore} no workspace can be used.`;
  return `${said}, ${therefore} the workspace ${first.status === "active" ? "has no soldiers" : "is locked"}.`;
}

function suggestedSentence(count: number): string {
  return count === 1
    ? "A paying Stripe customer has this e-mail address, but nothing proves that it is this user. Confirm the link to give access."
    : `${count} paying Stripe customers have this e-mail address, but nothing proves that one is this user. Confirm the right link to give access.`;
}

function whyNotPaid(counting: Counting | null): string {
  if (counting === null) return "Stripe has no subscription that counts.";
  const { status, endedAt } = counting.subscription;
  if (status === "canceled" && endedAt !== null)
    return `The subscription in Stripe ended on ${formatDay(endedAt)}.`;
  if (status === "past_due") return "The payment is overdue and the days of grace are over.";
  return `Stripe calls the subscription ${quoted(status)}, which gives no access.`;
}

function conflictSentence({ links }: Evaluation): string {
  const [conflict] = links.conflicts;
  if (!conflict)
    return "Two users claim the same Stripe customer. Nothing is changed until somebody decides.";
  return `The Stripe customer ${conflict.customerId} is linked to ${plural(conflict.userIds.length, "user")} at once. Decide whose it is; until then nothing is changed.`;
}

function goneSentence({ customers }: Evaluation, record: UserRecord): string {
  const stored = customers.find((customer) => customer?.id === record.user.stripeCustomerId);
  const subscriptionId = record.billing?.stripeSubscriptionId;
  if (stored?.state === "missing")
    return `Stripe has no customer ${stored.id}. Nothing is changed: this may be the wrong account, or a customer that was removed.`;
  if (stored?.state === "deleted") {
    const without = subscriptionId
      ? `without the subscription ${subscriptionId}`
      : "without any subscription";
    return `The customer ${stored.id} was deleted in Stripe, ${without}. Nothing is changed until somebody decides.`;
  }
  return `The database records the subscription ${subscriptionId}, which Stripe does not list for this customer. Nothing is changed until somebody decides.`;
}

/** Names of the plan and its price that which differs; one unit's price, because that is what is recorded. */
function planSentence(evaluation: Evaluation, record: UserRecord): string {
  const { counting } = evaluation;
  const price = counting?.item ? priceInWords(counting.item) : "an unknown price";
  return `Stripe says ${planOf(counting)} at ${price}; the database says ${recordedPlan(evaluation, record)}.`;
}

function recordedPlan({ counting, expected }: Evaluation, { user, billing }: UserRecord): string {
  if (user.plan !== expected.user.plan) return planInWords(user.plan);
  if (!billing || !counting?.item) return "another price";
  const { unitAmount, currency, interval, priceId } = counting.item;
  if (billing.amount !== unitAmount || billing.currency !== currency || billing.interval !== interval)
    return priceInWords({ ...billing, unitAmount: billing.amount });
  return billing.stripePriceId === priceId ? planInWords(billing.plan) : "another price";
}

const planInWords = (plan: string | null) => (plan === null ? "no plan" : quoted(plan));

function accessSentence(evaluation: Evaluation, record: UserRecord): string {
  const { comp, counting, compIsOver, revokes } = evaluation;
  if (compIsOver && revokes) return "The free access is over.";
  const paidSeats = evaluation.accessExpected ? (counting?.plan?.seats ?? 0) : 0;
  const says =
    comp && comp.plan.seats > paidSeats
      ? `${comp.plan.name} is given for free until ${formatDay(comp.expiresAt)}`
      : stripeSays(evaluation);
  return `${says}, but ${workspacesOf(evaluation, record)}.`;
}

function statusSentence(
  { counting, expected, grants, revokes }: Evaluation,
  { user, billing }: UserRecord,
): string {
  const right = grants || revokes ? "" : " Access is right.";
  const status = expected.user.subscriptionStatus;
  if (user.subscriptionStatus !== status)
    return `Stripe says ${quoted(status)}${ending(counting)}; the database says ${quoted(user.subscriptionStatus)}.${right}`;
  if (user.cancelAtPeriodEnd !== expected.user.cancelAtPeriodEnd)
    return expected.user.cancelAtPeriodEnd
      ? `Stripe says ${quoted(status)}${ending(counting)}; the database does not know of the end.${right}`
      : `Stripe says ${quoted(status)}, with no end planned; the database says that it ends.${right}`;
  return `Stripe and the user's fields say ${quoted(status)}${ending(counting)}; the billing row says ${quoted(billing?.status ?? null)}${billing?.cancelAtPeriodEnd ? ", ending" : ""}.${right}`;
}

function ending(counting: Counting | null): string {
  const subscription = counting?.subscription;
  if (!subscription?.cancelAtPeriodEnd && subscription?.cancelAt == null) return "";
  const at = subscription.cancelAt ?? counting?.item?.periodEnd ?? null;
  return at === null || subscription.endedAt !== null ? "" : `, ending on ${formatDay(at)}`;
}

function inSyncSentence({ comp, counting }: Evaluation): string {
  if (comp)
    return `In sync with Stripe. ${comp.plan.name} is given for free until ${formatDay(comp.expiresAt)}.`;
  return counting?.access === "yes"
    ? `In sync with Stripe: ${planOf(counting)} at ${priceOf(counting)}.`
    : `In sync with Stripe: the subscription is ${quoted(counting?.subscription.status ?? null)}.`;
}

/** Why a repair is not made, as a sentence. */
export function blockedSentence(reason: BlockReason): string {
  switch (reason) {
    case "writes_off":
      return "Not changed: writing is switched off.";
    case "grant_only":
      return "Not revoked: Parity only grants access until an admin allows revocation.";
    case "on_hold":
      return "Not changed: this user is on hold until staff release it or Stripe's state changes.";
    case "revocation_limit":
      return "Not revoked: more access would be taken within a day than the limit allows. An admin can confirm it.";
    case "not_read_since":
      return "Not revoked: Stripe must be read again first.";
    case "customer_not_found":
      return "Not revoked: Stripe does not know a customer that the database names.";
    case "no_positive_evidence":
      return "Not revoked: no subscription that Stripe lists proves it. An admin can confirm it.";
    case "possible_other_customer":
      return "Not revoked: another paying Stripe customer has this e-mail address.";
    case "other_customers_unknown":
      return "Not revoked: Stripe has not been read completely yet, so another customer may be paying.";
  }
}

/** The words for a severity, with its shape: meaning is never told by colour alone. */
export const SEVERITY_WORD: Record<Severity, { word: string; shape: string }> = {
  critical: { word: "critical", shape: "●" },
  high: { word: "high", shape: "▲" },
  review: { word: "review", shape: "◆" },
  medium: { word: "medium", shape: "△" },
  warning: { word: "not checked", shape: "◌" },
  low: { word: "low", shape: "○" },
  none: { word: "right", shape: "✓" },
};
