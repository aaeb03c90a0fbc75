import type { Counting } from "./choice";
import { isCancelScheduled, type ObservedCustomer } from "./observation";
import type { Policy } from "./policy";
import type { BillingRow, BillingState, UserRecord, WorkspaceRow } from "./record";
import type { Comp } from "./snapshot";

export type ExpectedInput = {
  record: UserRecord;
  counting: Counting | null;
  customers: readonly ObservedCustomer[];
  comp: Comp | null;
  policy: Policy;
};

/** What the record should be: the table "The expected record" of the product paper, column by column. */
export function expectedState(input: ExpectedInput): BillingState {
  const { record, counting, comp, policy } = input;
  const accessExpected = counting !== null && counting.access === "yes" && counting.plan !== null;
  const seats = Math.max(accessExpected ? (counting.plan?.seats ?? 0) : 0, comp?.plan.seats ?? 0);
  const workspaces = record.workspaces.map((workspace) => expectedWorkspace(workspace, seats));
  if (counting === null) {
    const user = {
      stripeCustomerId: record.user.stripeCustomerId,
      plan: policy.noPlanWord === null || record.user.plan === null ? null : policy.noPlanWord,
      subscriptionStatus: null,
      currentPeriodEnd: null,
      cancelAtPeriodEnd: false,
    };
    return { user, billing: null, workspaces };
  }
  const { subscription, item } = counting;
  const row = record.billing;
  const sameRow = row !== null && row.stripeSubscriptionId === subscription.id;
  const cancelScheduled = isCancelScheduled(subscription);
  const billing = item === null && !sameRow ? row : billingRow(input, counting, accessExpected);
  const user = {
    stripeCustomerId: expectedCustomerId(input, subscription.customerId),
    plan: planFor(counting, accessExpected, record.user.plan, policy),
    subscriptionStatus: subscription.status,
    currentPeriodEnd: item?.periodEnd ?? record.user.currentPeriodEnd,
    cancelAtPeriodEnd: cancelScheduled,
  };
  return { user, billing, workspaces };
}

/** The subscription that counts as a row; what a subscription without items leaves open stays as the same row has it. */
function billingRow(
  { record, policy }: ExpectedInput,
  counting: Counting,
  accessExpected: boolean,
): BillingRow {
  const { subscription, item } = counting;
  const same = record.billing?.stripeSubscriptionId === subscription.id ? record.billing : null;
  return {
    stripeSubscriptionId: subscription.id,
    stripePriceId: item?.priceId ?? same?.stripePriceId ?? "",
    status: subscription.status,
    plan: planFor(counting, accessExpected, record.billing?.plan ?? null, policy),
    amount: item ? item.unitAmount : (same?.amount ?? null),
    currency: item?.currency ?? same?.currency ?? "",
    interval: item ? item.interval : (same?.interval ?? null),
    currentPeriodStart: item?.periodStart ?? same?.currentPeriodStart ?? null,
    currentPeriodEnd: item?.periodEnd ?? same?.currentPeriodEnd ?? null,
    cancelAtPeriodEnd: isCancelScheduled(subscription),
  };
}

/** With access the plan's id. Without, the same as history; or as recorded, when the application cleared it. */
function planFor(
  counting: Counting,
  accessExpected: boolean,
  recorded: string | null,
  policy: Policy,
): string | null {
  if (counting.plan === null) return recorded;
  if (!accessExpected && (recorded === null || recorded === policy.noPlanWord)) return recorded;
  return counting.plan.id;
}

/** The stored customer while Stripe has it, else that of the subscription that counts; never cleared. */
function expectedCustomerId({ record, customers }: ExpectedInput, countingCustomerId: string): string {
  const stored = record.user.stripeCustomerId;
  if (stored === null) return countingCustomerId;
  const gone = customers.some((customer) => customer.id === stored && customer.state !== "present");
  return gone ? countingCustomerId : stored;
}

function expectedWorkspace({ id }: WorkspaceRow, seats: number): WorkspaceRow {
  return seats > 0 ? { id, status: "active", seats } : { id, status: "locked", seats: 0 };
}
