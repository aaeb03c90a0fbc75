import { type RatedSubscription, rankSubscriptions } from "~/billing/choice";
import { buildExpectedState } from "~/billing/expected";
import type { ObservedCustomer } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import { DEFAULT_POLICY } from "~/billing/policy";
import type { BillingState, UserRecord } from "~/billing/record";
import type { Comp } from "~/billing/snapshot";

export type ExpectedRecordInput = {
  record: UserRecord;
  /** Only the linked ones. */
  customers: readonly ObservedCustomer[];
  comp: Comp | null;
  catalogue: Catalogue;
  now: number;
};

/** What the record should be, by the same rules that Parity uses. */
export function findExpectedRecord(input: ExpectedRecordInput): BillingState {
  const { record, customers, comp, catalogue, now } = input;
  const primary = findPrimary(input);
  return buildExpectedState({ record, primary, customers, comp, catalogue, policy: DEFAULT_POLICY, now });
}

/** The plan that the application recorded while the subscription ran, which it keeps as history. */
export const findFormerPlan = (input: ExpectedRecordInput): string | null =>
  findPrimary(input)?.plan?.id ?? null;

function findPrimary({ record, customers, catalogue, now }: ExpectedRecordInput): RatedSubscription | null {
  const [primary = null] = rankSubscriptions({
    subscriptions: customers.flatMap(({ subscriptions }) => subscriptions),
    recordedSubscriptionId: record.billing?.stripeSubscriptionId ?? null,
    catalogue,
    policy: DEFAULT_POLICY,
    now,
  });
  return primary;
}
