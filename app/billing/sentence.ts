import type { Counting } from "./choice";
import { formatDay } from "./dates";
import type { WithheldReason } from "./decide";
import type { Judgement } from "./judge";
import { formatPrice } from "./money";
import type { UserRecord, WorkspaceRow } from "./record";
import type { Severity } from "./verdicts";

export const plural = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`;

/** The verdict on a user as something that a support agent can read out. */
export function sentenceOf(judgement: Judgement, record: UserRecord): string {
  const { counting } = judgement;
  switch (judgement.verdict) {
    case "not_checked":
      return "Stripe has not been asked about this customer yet. Sync will read Stripe first.";
    case "link_conflict":
      return conflictSentence(judgement);
    case "customer_gone":
      return goneSentence(judgement, record);
    case "unknown":
      return `Stripe calls the subscription "${counting?.subscription.status}", a status that Parity does not know. Nothing is changed until somebody decides.`;
    case "unknown_price":
      return `Pays ${priceOf(counting)}, but no plan claims the price ${counting?.item?.priceId ?? "of this subscription"}. Map the price to a plan; until then everything stays as it is.`;
    case "paid_not_recorded":
      return `Pays ${priceOf(counting)} for ${planOf(counting)} since ${startOf(judgement)}. ${lockedOutBecause(record)} Sync will ${giving(judgement)}.`;
    case "link_suggested":
      return `A paying Stripe customer has this e-mail address, but nothing proves that it is this user. Confirm the link ${plural(judgement.suggestions.length, "suggestion")} to give access.`;
    case "recorded_not_paid":
      return `${whyNotPaid(counting)} The database still gives access. Sync will ${taking(record)}, once a fresh read of Stripe confirms it.`;
    case "plan_differs":
      return `Stripe says ${planOf(counting)} at ${priceOf(counting)}; the database says ${record.user.plan ?? "no plan"}. Sync will ${giving(judgement)}.`;
    case "access_differs":
      return accessSentence(judgement, record);
    case "status_differs":
      return `Stripe says ${quoted(judgement.expected.user.subscriptionStatus)}${scheduled(counting)}; the database says ${quoted(record.user.subscriptionStatus)}. Access is right. Sync will correct the status.`;
    case "details_differ":
      return "Access, plan and status are right. Some details, such as ids or period dates, are not; Sync will correct them.";
    case "in_sync":
      return judgement.comp
        ? `In step with Stripe. ${judgement.comp.plan.name} is given for free until ${formatDay(judgement.comp.expiresAt)}.`
        : `In step with Stripe: ${inStep(counting)}.`;
    case "no_subscription":
      return "No subscription in Stripe and none in the database.";
  }
}

const quoted = (status: string | null) => (status === null ? "nothing" : `"${status}"`);

const priceOf = (counting: Counting | null) =>
  counting?.item ? formatPrice({ ...counting.item, ...timesQuantity(counting.item) }) : "an unknown price";

const timesQuantity = (item: { unitAmount: number | null; quantity: number }) => ({
  unitAmount: item.unitAmount === null ? null : item.unitAmount * item.quantity,
});

const planOf = (counting: Counting | null) => counting?.plan?.name ?? "an unknown plan";

const startOf = ({ since, counting }: Judgement) => formatDay(since ?? counting?.subscription.startDate ?? 0);

function lockedOutBecause(record: UserRecord): string {
  const said =
    record.user.subscriptionStatus === null
      ? "The database has no subscription"
      : `The database says ${quoted(record.user.subscriptionStatus)}`;
  if (record.workspaces.length === 0) return `${said}, so there is no access.`;
  return `${said}, and ${record.workspaces.length === 1 ? "the workspace is locked" : "no workspace is open"}.`;
}

/** "unlock it with 5 soldiers" */
function giving({ expected }: Judgement): string {
  const [first] = expected.workspaces;
  if (!first) return `record the status ${quoted(expected.user.subscriptionStatus)}`;
  const what =
    expected.workspaces.length === 1 ? "the workspace" : `all ${expected.workspaces.length} workspaces`;
  return first.status === "active"
    ? `open ${what} with ${plural(first.soldiers, "soldier")}`
    : `lock ${what}`;
}

function taking(record: UserRecord): string {
  if (record.workspaces.length === 0) return "correct the status";
  return record.workspaces.length === 1
    ? "lock the workspace"
    : `lock all ${record.workspaces.length} workspaces`;
}

function whyNotPaid(counting: Counting | null): string {
  if (counting === null) return "Stripe has no subscription that counts.";
  const { status, endedAt } = counting.subscription;
  if (status === "canceled" && endedAt !== null)
    return `Stripe canceled the subscription on ${formatDay(endedAt)}.`;
  if (status === "past_due") return "The payment is overdue and the days of grace are over.";
  return `Stripe calls the subscription "${status}", which gives no access.`;
}

function conflictSentence({ links }: Judgement): string {
  const [conflict] = links.conflicts;
  if (!conflict) return "Two users claim the same Stripe customer.";
  return `The Stripe customer ${conflict.customerId} belongs to ${plural(conflict.userIds.length, "user")} at once. Decide whose it is; until then nothing is changed.`;
}

function goneSentence({ customers }: Judgement, record: UserRecord): string {
  const stored = customers.find((customer) => customer?.id === record.user.stripeCustomerId);
  if (stored?.state === "missing")
    return `Stripe has no customer ${stored.id}. Nothing is changed: this may be the wrong account, or a customer that was removed.`;
  if (stored?.state === "deleted")
    return `The customer ${stored.id} was deleted in Stripe, without the subscription that the database records. Nothing is changed.`;
  return `The database records the subscription ${record.billing?.stripeSubscriptionId}, which Stripe does not list for this customer. Nothing is changed.`;
}

function accessSentence(judgement: Judgement, record: UserRecord): string {
  if (judgement.compIsOver) return `The free access is over. Sync will ${taking(record)}.`;
  if (judgement.comp && !judgement.accessExpected)
    return `${judgement.comp.plan.name} is given for free until ${formatDay(judgement.comp.expiresAt)}, but the workspace does not follow. Sync will ${giving(judgement)}.`;
  return `The billing fields agree with Stripe, but ${describeWorkspaces(record.workspaces)}. Sync will ${giving(judgement)}.`;
}

function describeWorkspaces(workspaces: readonly WorkspaceRow[]): string {
  const [first] = workspaces;
  if (workspaces.length === 1 && first)
    return `the workspace is ${first.status} with ${plural(first.soldiers, "soldier")}`;
  const open = workspaces.filter(({ status }) => status === "active").length;
  return `${open} of ${workspaces.length} workspaces are open, or their soldiers are not right`;
}

const scheduled = (counting: Counting | null) => {
  const at = counting?.subscription.cancelAt ?? counting?.item?.periodEnd ?? null;
  const planned = counting?.subscription.cancelAtPeriodEnd || counting?.subscription.cancelAt != null;
  return planned && at !== null ? `, ending on ${formatDay(at)}` : "";
};

function inStep(counting: Counting | null): string {
  if (counting === null) return "nothing to record";
  const { status } = counting.subscription;
  return counting.access === "yes"
    ? `${planOf(counting)} at ${priceOf(counting)}`
    : `the subscription is ${status}`;
}

/** Why a repair is not made, as a sentence. */
export function withheldSentence(reason: WithheldReason): string {
  switch (reason) {
    case "writes_off":
      return "Not changed: writing is switched off.";
    case "raise_only":
      return "Not lowered: Parity only raises access until an admin allows lowering.";
    case "on_hold":
      return "Not changed: this user is on hold.";
    case "breaker":
      return "Not lowered: more access would be taken today than the limit allows. An admin can confirm it.";
    case "not_read_since":
      return "Not lowered: Stripe must be read again first.";
    case "customer_not_found":
      return "Not lowered: Stripe does not know a customer that the database names.";
    case "no_positive_evidence":
      return "Not lowered: Stripe lists no ended subscription that would prove it.";
    case "possible_other_customer":
      return "Not lowered: another paying Stripe customer has this e-mail address.";
    case "other_customers_unknown":
      return "Not lowered: Stripe has not been read completely yet, so another customer may be paying.";
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
