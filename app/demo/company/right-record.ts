import { subscriptionsInOrder } from "~/billing/choice";
import { expectedState } from "~/billing/expected";
import type { ObservedCustomer } from "~/billing/observation";
import type { Catalogue } from "~/billing/plans";
import { DEFAULT_POLICY } from "~/billing/policy";
import type { BillingState, UserRecord } from "~/billing/record";
import type { Comp } from "~/billing/snapshot";

export type RightInput = {
  record: UserRecord;
  /** The linked ones only. */
  customers: readonly ObservedCustomer[];
  comp: Comp | null;
  catalogue: Catalogue;
  now: number;
};

/** What the record should be, by the rules that Parity itself evaluates by. */
export function rightState({ record, customers, comp, catalogue, now }: RightInput): BillingState {
  const policy = DEFAULT_POLICY;
  const [counting = null] = subscriptionsInOrder({
    subscriptions: customers.flatMap(({ subscriptions }) => subscriptions),
    recordedSubscriptionId: record.billing?.stripeSubscriptionId ?? null,
    catalogue,
    policy,
    now,
  });
  return expectedState({ record, counting, customers, comp, policy });
}
