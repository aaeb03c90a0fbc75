import type { RatedSubscription } from "~/billing/choice";
import { formatDay } from "~/billing/dates";
import type { EvaluationDetails } from "~/billing/evaluation/details";
import { isPlanMismatch } from "~/billing/mismatches";
import { formatPrice } from "~/billing/money";
import { readRecordedIds, type UserRecord } from "~/billing/record";
import { SEAT_LABEL } from "~/billing/seat-label";
import { pluralize } from "./counts";
import {
  describePayment,
  describePrice,
  describeStripe,
  describeSync,
  describeTotalPrice,
  describeUncounted,
  describeWorkspaces,
  explainNoSeats,
  namePlan,
  ONCE_CONFIRMED,
  quote,
} from "./phrases";

/** Says what a verdict means for one user, as a support agent can read it out. */
export type DescribeVerdict = (details: EvaluationDetails, record: UserRecord) => string;

export const describeUnknownStatus: DescribeVerdict = ({ primary, words }) =>
  words.undecided !== null && primary?.access !== "review"
    ? `The database records ${quote(words.undecided)}, a word that Parity does not know, so it cannot tell whether the user has access. Nothing is changed until the mapping says what it means.`
    : `Stripe calls the subscription ${quote(primary?.subscription.status ?? null)}, a status that Parity does not know. Nothing is changed until staff decide.`;

export const describeUnmappedPrice: DescribeVerdict = ({ unmapped }) =>
  unmapped?.item
    ? `${describePayment(unmapped)}, but the price ${unmapped.item.priceId} is not mapped to a plan. Nothing is changed until it is mapped or ignored.`
    : "Stripe lists no price for the subscription, so its plan is not known. Nothing is changed until staff decide.";

export const describeLockedOut: DescribeVerdict = (details, record) => {
  const { primary } = details;
  return `${describePayment(primary)} for ${namePlan(primary)} since ${describeStart(details)}${describeGrace(primary)}. ${explainLockedOut(details, record)} ${describeSync(details, record)}`;
};

export const describeUnpaidAccess: DescribeVerdict = (details, record) => {
  const found = `${explainUnpaid(details)} The database still gives access.`;
  return details.primary === null
    ? `${found} Nothing in Stripe proves that it ended, so Sync will change nothing; an admin can approve it.`
    : `${found} ${describeSync(details, record)}`;
};

export const describeDetailMismatch: DescribeVerdict = ({ mismatches, revokes }) => {
  const [who, first] = revokes ? ["a repair", ONCE_CONFIRMED] : ["Sync", ""];
  return mismatches.some(isPlanMismatch)
    ? `Access and status are right. The recorded plan or price is not; ${who} will correct it${first}.`
    : `Access, plan and status are right. Some details, such as ids or period dates, are not; ${who} will correct them${first}.`;
};

/** What is recorded stays while Stripe says nothing about it, and is not hidden either. */
export const describeNoSubscription: DescribeVerdict = (details, { user }) => {
  const listed = describeUncounted(details);
  const recorded = [
    ...(user.plan === null ? [] : [`the plan ${quote(user.plan)}`]),
    ...(user.subscriptionStatus === null ? [] : [`the status ${quote(user.subscriptionStatus)}`]),
  ];
  if (recorded.length === 0)
    return listed === null
      ? "No subscription in Stripe and none in the database."
      : `${listed}. The database has no subscription.`;
  return `${listed ?? "No subscription in Stripe"}. The database records ${recorded.join(" and ")}; Stripe says nothing about it, so it stays.`;
};

/** The day since when it is so. */
export const describeStart = ({ since, primary }: EvaluationDetails) =>
  formatDay(since ?? primary?.subscription.startDate ?? 0);

const describeGrace = (primary: RatedSubscription | null) =>
  primary?.changesAt ? `, overdue, with grace until ${formatDay(primary.changesAt)}` : "";

function explainLockedOut({ expected }: EvaluationDetails, record: UserRecord): string {
  const { subscriptionStatus } = record.user;
  const recorded =
    subscriptionStatus === null
      ? "The database has no subscription"
      : `The database says ${quote(subscriptionStatus)}`;
  const conjunction = subscriptionStatus === expected.user.subscriptionStatus ? "but" : "so";
  const [first] = record.workspaces;
  if (!first) return `${recorded}, so there is no access.`;
  if (record.workspaces.length > 1) return `${recorded}, ${conjunction} no workspace can be used.`;
  return `${recorded}, ${conjunction} the workspace ${first.status === "active" ? `has no ${SEAT_LABEL.many}` : "is locked"}.`;
}

export function describePossibleMatches({ possibleMatches, matches }: EvaluationDetails): string {
  const count = possibleMatches.length;
  const how =
    matches.byAddress.length === count ? "email address" : "email address or a reference to this user";
  return count === 1
    ? `A paying Stripe customer has ${matches.byAddress.length === 1 ? "this email address" : "a reference to this user"}, but nothing proves that it is this user. Confirm the link to give access.`
    : `${count} paying Stripe customers have this ${how}, but nothing proves that one is this user. Confirm the right link to give access.`;
}

/** Why nothing that Stripe lists gives access; one sentence. */
export function explainUnpaid(details: EvaluationDetails): string {
  const { primary } = details;
  if (primary === null)
    return `${describeUncounted(details) ?? "Stripe has no current subscription for this user"}.`;
  const { status, endedAt } = primary.subscription;
  const noSeats = explainNoSeats(primary);
  if (noSeats !== null) return `${noSeats}.`;
  if (status === "canceled" && endedAt !== null)
    return `The subscription in Stripe ended on ${formatDay(endedAt)}.`;
  if (status === "past_due") return "The payment is overdue and the days of grace are over.";
  return `Stripe calls the subscription ${quote(status)}, which gives no access.`;
}

export function describeConflict({ links }: EvaluationDetails): string {
  const [conflict] = links.conflicts;
  if (!conflict)
    return "Two users are linked to the same Stripe customer. Nothing is changed until staff decide.";
  if (!conflict.isRecorded)
    return `Stripe names this user for a payment of the customer ${conflict.customerId}, which is linked to another user, too. Decide which user it belongs to. Until then nothing is changed for this user.`;
  return `The Stripe customer ${conflict.customerId} is linked to ${pluralize(conflict.userIds.length, "user")} at once. Decide which user it belongs to. Until then nothing is changed.`;
}

export function describeMissing({ customers }: EvaluationDetails, record: UserRecord): string {
  const { customerId, subscriptionId } = readRecordedIds(record);
  const stored = customers.find((customer) => customer?.id === customerId);
  if (stored?.state === "missing")
    return `Stripe has no customer ${stored.id}. Nothing is changed: this may be the wrong account, or a customer that was removed.`;
  if (stored?.state === "deleted") {
    const rest = subscriptionId
      ? `Stripe no longer lists the subscription ${subscriptionId}`
      : "Stripe lists no subscription of it";
    return `The customer ${stored.id} was deleted in Stripe, and ${rest}. Nothing is changed until staff decide.`;
  }
  if (subscriptionId === null)
    return `The database records the customer ${quote(customerId)}, which is no id of Stripe’s. Nothing is changed until staff decide.`;
  return `The database records the subscription ${subscriptionId}, which Stripe does not list for this customer. Nothing is changed until staff decide.`;
}

/** Names the plan when it differs, else the price. The price is that of one unit, as it is recorded. */
export function describePlanMismatch(details: EvaluationDetails, record: UserRecord): string {
  const { primary } = details;
  const price = primary?.item ? describePrice(primary.item) : "an unknown price";
  return `Stripe says ${namePlan(primary)} at ${price}; the database says ${describeRecordedPlan(details, record)}.`;
}

function describeRecordedPlan(
  { primary, expected }: EvaluationDetails,
  { user, billing }: UserRecord,
): string {
  if (user.plan !== expected.user.plan) return describePlan(user.plan);
  if (!billing || !primary?.item) return "another price";
  const { currency, interval, intervalCount, priceId } = primary.item;
  if (
    billing.amount !== expected.billing?.amount ||
    billing.currency !== currency ||
    billing.interval !== interval
  ) {
    if (billing.amount === null) return "no amount";
    // The record has no count of intervals: it is said only where it cannot mislead.
    const recorded = intervalCount === 1 ? billing.interval : null;
    return formatPrice({ unitAmount: billing.amount, currency: billing.currency, interval: recorded });
  }
  return billing.stripePriceId === priceId ? describePlan(billing.plan) : "another price";
}

const describePlan = (plan: string | null) => (plan === null ? "no plan" : quote(plan));

export function describeAccessMismatch(details: EvaluationDetails, record: UserRecord): string {
  const { comp, primary, compIsOver, revokes } = details;
  if (compIsOver && revokes) return "The free access is over.";
  const paidSeats = details.accessExpected ? (primary?.plan?.seats ?? 0) : 0;
  const source =
    comp && comp.plan.seats > paidSeats
      ? `${comp.plan.name} is given for free until ${formatDay(comp.expiresAt)}`
      : describeStripe(details);
  return `${source}, but ${describeWorkspaces(details, record)}.`;
}

export function describeStatusMismatch(
  { primary, expected, grants, revokes }: EvaluationDetails,
  { user, billing }: UserRecord,
): string {
  const right = grants || revokes ? "" : " Access is right.";
  const status = expected.user.subscriptionStatus;
  if (user.subscriptionStatus !== status)
    return `Stripe says ${quote(status)}${describeEnding(primary)}; the database says ${quote(user.subscriptionStatus)}.${right}`;
  if (user.cancelAtPeriodEnd !== expected.user.cancelAtPeriodEnd)
    return expected.user.cancelAtPeriodEnd
      ? `Stripe says ${quote(status)}${describeEnding(primary)}; the database has no end.${right}`
      : `Stripe says ${quote(status)}, with no end planned; the database says that it ends.${right}`;
  const inStripe = primary?.subscription.status ?? status;
  const who = inStripe === status ? "Stripe and the user’s fields say" : "Stripe says";
  return `${who} ${quote(inStripe)}${describeEnding(primary)}; the stored subscription says ${quote(billing?.status ?? null)}${billing?.cancelAtPeriodEnd ? ", ending" : ""}.${right}`;
}

function describeEnding(primary: RatedSubscription | null): string {
  const subscription = primary?.subscription;
  if (!subscription?.cancelAtPeriodEnd && subscription?.cancelAt == null) return "";
  const at = subscription.cancelAt ?? primary?.item?.periodEnd ?? null;
  return at === null || subscription.endedAt !== null ? "" : `, ending on ${formatDay(at)}`;
}

export function describeInSync({ comp, primary }: EvaluationDetails): string {
  if (comp)
    return `In sync with Stripe. ${comp.plan.name} is given for free until ${formatDay(comp.expiresAt)}.`;
  const noSeats = primary && explainNoSeats(primary);
  if (noSeats) return `In sync with Stripe. ${noSeats}.`;
  return primary?.access === "yes"
    ? `In sync with Stripe: ${namePlan(primary)} at ${describeTotalPrice(primary)}.`
    : `In sync with Stripe: the subscription is ${quote(primary?.subscription.status ?? null)}.`;
}
