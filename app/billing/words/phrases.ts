import type { RatedSubscription } from "~/billing/choice";
import type { EvaluationDetails } from "~/billing/evaluation/details";
import {
  computeTotal,
  describeMissingAmount,
  formatPrice,
  formatTotalPrice,
  type PriceInWords,
  toPriceView,
} from "~/billing/money";
import type { Subscription } from "~/billing/observation";
import type { UserRecord, WorkspaceRow } from "~/billing/record";
import { formatSeats, SEAT_LABEL } from "~/billing/seat-label";
import { pluralize } from "./counts";

export const quote = (status: string | null) => (status === null ? "nothing" : `"${status}"`);

export const namePlan = (primary: RatedSubscription | null) => primary?.plan?.name ?? "an unknown plan";

/** `$200/year`, `a tiered price`, `a usage-based price`. */
export const describePrice = (price: PriceInWords) =>
  price.pricing?.kind === "package" || (price.unitAmount !== null && !price.pricing)
    ? formatPrice(price)
    : `a ${describeMissingAmount(price)}`;

/** What all units of the item that counts cost. */
export function describeTotalPrice(primary: RatedSubscription | null): string {
  const item = primary?.item;
  if (!item) return "an unknown price";
  const price = toPriceView(item);
  return computeTotal(price) === null ? `a ${describeMissingAmount(price)}` : formatTotalPrice(price);
}

/** `Has paid $200/year`; `On a trial of` or `Owes` when nothing is paid. */
export function describePayment(primary: RatedSubscription | null): string {
  const status = primary?.subscription.status;
  const verb = status === "trialing" ? "On a trial of" : status === "past_due" ? "Owes" : "Has paid";
  return `${verb} ${describeTotalPrice(primary)}`;
}

/** What Stripe lists where no subscription counts, without a full stop; null when it lists nothing. */
export function describeUncounted({ subscriptions }: EvaluationDetails): string | null {
  const isUnfinished = ({ status }: Subscription) =>
    status === "incomplete" || status === "incomplete_expired";
  const unfinished = subscriptions.filter(isUnfinished).length;
  const ignored = subscriptions.length - unfinished;
  const parts = [
    ...(ignored > 0 ? [`${pluralize(ignored, "subscription")} at an ignored price`] : []),
    ...(unfinished > 0 ? [pluralize(unfinished, "unfinished checkout")] : []),
  ];
  return parts.length === 0 ? null : `Stripe lists only ${parts.join(" and ")} for this user`;
}

/** What Stripe says about access; the sentence goes on with "but the workspace …". */
export function describeStripe(details: EvaluationDetails): string {
  const { primary, accessExpected } = details;
  if (primary === null) return describeUncounted(details) ?? "There is no subscription";
  if (accessExpected) return `Stripe says ${namePlan(primary)} at ${describeTotalPrice(primary)}`;
  return (
    explainNoSeats(primary) ?? `Stripe says ${quote(primary.subscription.status)}, which gives no access`
  );
}

/** Why a subscription that runs gives no access, without a full stop; null when its status is the reason. */
export function explainNoSeats({ purchase, plan, access, statusAccess }: RatedSubscription): string | null {
  if (access === statusAccess) return null;
  return purchase === "nothing" || plan === null
    ? "The subscription in Stripe has the quantity 0, so nothing is bought"
    : `The plan ${plan.name} includes no ${SEAT_LABEL.many}`;
}

const listChangedWorkspaces = ({ expected }: EvaluationDetails, record: UserRecord): WorkspaceRow[] => {
  const before = new Map(record.workspaces.map((workspace) => [workspace.id, workspace]));
  return expected.workspaces.filter(({ id, status, seats }) => {
    const was = before.get(id);
    return was?.status !== status || was.seats !== seats;
  });
};

/** `the workspace is locked`, `2 of 3 workspaces do not match`. */
export function describeWorkspaces(details: EvaluationDetails, record: UserRecord): string {
  const [only] = record.workspaces;
  if (record.workspaces.length === 1 && only) {
    return only.status === "locked" && only.seats === 0
      ? "the workspace is locked"
      : `the workspace is ${only.status} with ${formatSeats(only.seats)}`;
  }
  const changed = listChangedWorkspaces(details, record).length;
  return `${changed} of ${record.workspaces.length} workspaces ${changed === 1 ? "does" : "do"} not match`;
}

/**
 * `Sync will unlock the workspace with 5 soldiers.`, or `A repair will lock the workspace, once a fresh read of Stripe
 * confirms it.`: the button Sync takes no access, runs and decisions do.
 */
export function describeSync(details: EvaluationDetails, record: UserRecord): string {
  const action = describeSyncAction(details, record);
  return details.revokes ? `A repair will ${action}${ONCE_CONFIRMED}.` : `Sync will ${action}.`;
}

/** How a sentence about a revocation ends: it waits for a fresh read of Stripe. */
export const ONCE_CONFIRMED = ", once a fresh read of Stripe confirms it";

function describeSyncAction(details: EvaluationDetails, record: UserRecord): string {
  const changed = listChangedWorkspaces(details, record);
  const [one] = changed;
  if (!one) return describeRecordChange(details, record);
  const which =
    changed.length > 1
      ? pluralize(changed.length, "workspace")
      : record.workspaces.length === 1
        ? "the workspace"
        : "one workspace";
  if (one.status !== "active") return `lock ${which}`;
  const seats = `${formatSeats(one.seats)}${changed.length > 1 ? " each" : ""}`;
  const wasOpen = new Set(
    record.workspaces.filter(({ status }) => status === "active").map((workspace) => workspace.id),
  );
  return changed.some(({ id }) => wasOpen.has(id))
    ? `set ${which} to ${seats}`
    : `unlock ${which} with ${seats}`;
}

function describeRecordChange({ expected }: EvaluationDetails, { user }: UserRecord): string {
  const status = expected.user.subscriptionStatus;
  if (status === user.subscriptionStatus) return "correct the record";
  return status === null ? "clear the status" : `record the status ${quote(status)}`;
}
