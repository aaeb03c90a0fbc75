import { doesStatusGiveAccess } from "./access";
import type { RatedSubscription } from "./choice";
import { FIELDS, hasBillingRows, type RecordFields, type TableName } from "./fields";
import { isStripeId, readStripeId } from "./ids";
import type { EpochSeconds, ObservedCustomer } from "./observation";
import type { Policy } from "./policy";
import {
  type AnyRow,
  type BillingRow,
  type BillingState,
  buildRow,
  emptyValue,
  type UserRecord,
  type WorkspaceRow,
} from "./record";
import type { Comp, HeldIds } from "./snapshot";

export type ExpectedInput = {
  record: UserRecord;
  primary: RatedSubscription | null;
  /** All customers that the user is linked to or records. */
  customers: readonly ObservedCustomer[];
  /** Ids that rows of other users hold: the database would refuse them for this user. */
  held?: HeldIds;
  /** Customers of which another user has a part. */
  sharedCustomerIds?: ReadonlySet<string>;
  comp: Comp | null;
  policy: Policy;
  now: EpochSeconds;
  /** What the application records; all fields unless given. */
  fields?: RecordFields;
};

/**
 * What the record should be: with access, with a subscription that gives none, and with nothing in Stripe. Nothing in
 * Stripe is no statement: then all stays as recorded but the access itself, which is revoked only with evidence.
 */
export function buildExpectedState(input: ExpectedInput): BillingState {
  const { record, primary, comp, fields = FIELDS } = input;
  const accessExpected = primary !== null && primary.access === "yes" && primary.plan !== null;
  const seats = Math.max(accessExpected ? (primary.plan?.seats ?? 0) : 0, comp?.plan.seats ?? 0);
  if (primary === null) return buildUnlistedState(input, seats);
  const workspaces = record.workspaces.map((workspace) => buildWorkspace(workspace, seats));
  const { subscription, item } = primary;
  const row = record.billing;
  const sameRow = row !== null && row.stripeSubscriptionId === subscription.id;
  const keepsRow =
    (item === null && !sameRow) || !hasBillingRows(fields) || isRowHeld(input, subscription.id);
  const billing = keepsRow ? row : buildBillingRow(input, primary, accessExpected);
  const user = {
    ...readFromStripe("user", primary, record.user, fields),
    stripeCustomerId: chooseCustomerId(input, subscription.customerId),
    plan: choosePlan(primary, accessExpected, record.user.plan),
  };
  return { user, billing, workspaces };
}

/**
 * Nothing in Stripe counts. Usable workspaces would be locked, and for a user without workspaces the status that gives
 * access would be cleared: both are revocations, for which an empty answer is no evidence.
 */
function buildUnlistedState({ record, comp, policy, now }: ExpectedInput, seats: number): BillingState {
  const { user, billing } = record;
  const statusGivesAccess =
    record.workspaces.length === 0 && doesStatusGiveAccess(user.subscriptionStatus, null, policy, now);
  const workspaces = record.workspaces.map((workspace) =>
    seats === 0 && workspace.status !== "active" ? workspace : buildWorkspace(workspace, seats),
  );
  if (comp !== null || !statusGivesAccess) return { user, billing, workspaces };
  return { user: { ...user, subscriptionStatus: null }, billing, workspaces };
}

/** Another user's row has this subscription: two rows cannot. The row of a deleted user is taken over, where there is room. */
const isRowHeld = ({ record, held }: ExpectedInput, subscriptionId: string): boolean =>
  held !== undefined &&
  (held.subscriptionIds.includes(subscriptionId) ||
    (record.billing !== null && held.orphanedSubscriptionIds.includes(subscriptionId)));

/** The subscription that counts as a row; what a subscription without items leaves open stays as the same row has it. */
function buildBillingRow(
  { record, fields }: ExpectedInput,
  primary: RatedSubscription,
  accessExpected: boolean,
): BillingRow {
  const same = record.billing?.stripeSubscriptionId === primary.subscription.id ? record.billing : null;
  const recordedPlan = record.billing?.plan ?? null;
  const isOther = same === null && recordedPlan !== null;
  const row = readFromStripe("billing", primary, same, fields);
  const isUnknown = primary.item?.pricing?.kind === "unknown";
  const isSamePrice = same?.stripePriceId === row.stripePriceId && same.currency === row.currency;
  return {
    ...row,
    // A recorded amount stays only as the amount of this price in this currency.
    amount: isUnknown && !isSamePrice ? null : row.amount,
    plan: choosePlan(primary, accessExpected || isOther, recordedPlan),
  };
}

/** A row as Stripe says; what Stripe leaves open stays as recorded, or is empty. */
function readFromStripe<Table extends TableName>(
  table: Table,
  { item, subscription }: RatedSubscription,
  recorded: AnyRow | null,
  fields: RecordFields = FIELDS,
) {
  return buildRow(table, fields, (name, field) => {
    const value = field.fromStripe?.(item, subscription);
    return value === undefined ? (recorded?.[name] ?? emptyValue(field)) : value;
  });
}

/**
 * While it runs the plan's id, also that of a plan without seats. Otherwise as recorded: the same plan as history, or the
 * application's own word. Writing the plan of an ended subscription could give access where the application has taken it back.
 */
function choosePlan(primary: RatedSubscription, follows: boolean, recorded: string | null): string | null {
  const runs = follows || primary.statusAccess === "yes";
  return runs && primary.plan !== null ? primary.plan.id : recorded;
}

/** The stored customer while Stripe has it, else that of the subscription that counts; never cleared. */
function chooseCustomerId(input: ExpectedInput, countingCustomerId: string): string | null {
  const { record, customers, held, sharedCustomerIds } = input;
  const stored = readStripeId(record.user.stripeCustomerId);
  const isGone = customers.some((customer) => customer.id === stored && customer.state !== "present");
  if (stored !== null && isStripeId(stored) && !isGone) return stored;
  // The id of a customer can be recorded for one user only: not for one of several.
  const isFree =
    !held?.customerIds.includes(countingCustomerId) && !sharedCustomerIds?.has(countingCustomerId);
  return isFree ? countingCustomerId : record.user.stripeCustomerId;
}

function buildWorkspace(recorded: WorkspaceRow, seats: number): WorkspaceRow {
  return seats > 0 ? { ...recorded, status: "active", seats } : { ...recorded, status: "locked", seats: 0 };
}
