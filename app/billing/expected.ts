import type { RatedSubscription } from "./choice";
import { FIELDS, hasBillingRows, type RecordFields, type TableName } from "./fields";
import type { ObservedCustomer } from "./observation";
import type { Policy } from "./policy";
import {
  type AnyRow,
  type BillingRow,
  type BillingState,
  buildRow,
  emptyRow,
  emptyValue,
  type UserRecord,
  type WorkspaceRow,
} from "./record";
import type { Comp } from "./snapshot";

export type ExpectedInput = {
  record: UserRecord;
  primary: RatedSubscription | null;
  customers: readonly ObservedCustomer[];
  comp: Comp | null;
  policy: Policy;
  /** What the application records; all fields unless given. */
  fields?: RecordFields;
};

/** What the record should be: with access, with a subscription that gives none, and with nothing in Stripe. */
export function buildExpectedState(input: ExpectedInput): BillingState {
  const { record, primary, comp, policy, fields = FIELDS } = input;
  const accessExpected = primary !== null && primary.access === "yes" && primary.plan !== null;
  const seats = Math.max(accessExpected ? (primary.plan?.seats ?? 0) : 0, comp?.plan.seats ?? 0);
  const workspaces = record.workspaces.map((workspace) => buildWorkspace(workspace, seats));
  if (primary === null) {
    const user = {
      ...emptyRow("user", fields),
      stripeCustomerId: record.user.stripeCustomerId,
      plan: policy.noPlanWord === null || record.user.plan === null ? null : policy.noPlanWord,
    };
    return { user, billing: null, workspaces };
  }
  const { subscription, item } = primary;
  const row = record.billing;
  const sameRow = row !== null && row.stripeSubscriptionId === subscription.id;
  const keepsRow = (item === null && !sameRow) || !hasBillingRows(fields);
  const billing = keepsRow ? row : buildBillingRow(input, primary, accessExpected);
  const user = {
    ...readFromStripe("user", primary, record.user, fields),
    stripeCustomerId: chooseCustomerId(input, subscription.customerId),
    plan: choosePlan(primary, accessExpected, record.user.plan, policy),
  };
  return { user, billing, workspaces };
}

/** The subscription that counts as a row; what a subscription without items leaves open stays as the same row has it. */
function buildBillingRow(
  { record, policy, fields }: ExpectedInput,
  primary: RatedSubscription,
  accessExpected: boolean,
): BillingRow {
  const same = record.billing?.stripeSubscriptionId === primary.subscription.id ? record.billing : null;
  return {
    ...readFromStripe("billing", primary, same, fields),
    plan: choosePlan(primary, accessExpected, record.billing?.plan ?? null, policy),
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

/** With access the plan's id. Without, the same as history; or as recorded, when the application cleared it. */
function choosePlan(
  primary: RatedSubscription,
  accessExpected: boolean,
  recorded: string | null,
  policy: Policy,
): string | null {
  if (primary.plan === null) return recorded;
  if (!accessExpected && (recorded === null || recorded === policy.noPlanWord)) return recorded;
  return primary.plan.id;
}

/** The stored customer while Stripe has it, else that of the subscription that counts; never cleared. */
function chooseCustomerId({ record, customers }: ExpectedInput, countingCustomerId: string): string {
  const stored = record.user.stripeCustomerId;
  if (stored === null) return countingCustomerId;
  const gone = customers.some((customer) => customer.id === stored && customer.state !== "present");
  return gone ? countingCustomerId : stored;
}

function buildWorkspace(recorded: WorkspaceRow, seats: number): WorkspaceRow {
  return seats > 0 ? { ...recorded, status: "active", seats } : { ...recorded, status: "locked", seats: 0 };
}
