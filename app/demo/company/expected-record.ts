import { rankSubscriptions } from "~/billing/choice";
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
export function findExpectedRecord({
  record,
  customers,
  comp,
  catalogue,
  now,
}: ExpectedRecordInput): BillingState {
  const policy = DEFAULT_POLICY;
  const [primary = null] = rankSubscriptions({
    subscriptions: customers.flatMap(({ subscriptions }) => subscriptions),
    recordedSubscriptionId: record.billing?.stripeSubscriptionId ?? null,
    catalogue,
    policy,
    now,
  });
  return buildExpectedState({ record, primary, customers, comp, policy, now });
}
