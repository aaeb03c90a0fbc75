import { isStripeId } from "~/billing/ids";
import { type BillingState, readRecordedIds } from "~/billing/record";
import type { Candidate } from "~/billing/snapshot";
import {
  findObservedAt,
  type LoadedSnapshot,
  type LoadOptions,
  pickKnown,
  type StoredState,
} from "./snapshots.server";

/**
 * The snapshot as a load would give it after `written` was written as the record: links that come from the record follow
 * it, and a customer that the address alone linked is linked. Used for the sync status after a repair, so that nothing is
 * loaded again.
 */
export function withWrittenRecord(
  snapshot: LoadedSnapshot,
  { record, emailLink, stored }: { record: BillingState; emailLink: string | null; stored: StoredState },
  options: LoadOptions,
): LoadedSnapshot {
  const { userId } = snapshot.record;
  const known = new Map(
    [...snapshot.customers, ...snapshot.emailCandidates.map(({ customer }) => customer)].map((customer) => [
      customer.id,
      customer,
    ]),
  );
  const before = snapshot.record;
  const isSameRow = record.billing?.stripeSubscriptionId === before.billing?.stripeSubscriptionId;
  const edges = snapshot.edges.filter(
    ({ userId: owner, source }) =>
      owner !== userId || (source !== "recorded" && (source !== "recorded_subscription" || isSameRow)),
  );
  const { customerId: recordedCustomer, subscriptionId } = readRecordedIds(record);
  if (recordedCustomer !== null && isStripeId(recordedCustomer))
    edges.push({ userId, customerId: recordedCustomer, subscriptionId: null, source: "recorded" });
  if (!isSameRow && subscriptionId !== null) {
    const isRecorded = ({ id }: { id: string }) => id === subscriptionId;
    const customer = [...known.values()].find(({ subscriptions }) => subscriptions.some(isRecorded));
    if (customer)
      edges.push({ userId, customerId: customer.id, subscriptionId, source: "recorded_subscription" });
  }
  if (emailLink !== null)
    edges.push({ userId, customerId: emailLink, subscriptionId: null, source: "email" });
  const customerIds = [
    ...new Set(edges.flatMap((edge) => (edge.userId === userId ? [edge.customerId] : []))),
  ];
  const customers = pickKnown(customerIds, known);
  const addOwner = (candidate: Candidate): Candidate =>
    customerIds.includes(candidate.customer.id) && !candidate.linkedUserIds.includes(userId)
      ? { ...candidate, linkedUserIds: [...candidate.linkedUserIds, userId] }
      : candidate;
  return {
    ...snapshot,
    record: { ...before, user: record.user, billing: record.billing, workspaces: record.workspaces },
    edges: edges.filter(({ customerId }) => customerIds.includes(customerId)),
    customers,
    emailCandidates: snapshot.emailCandidates.map(addOwner),
    references: snapshot.references.map(addOwner),
    coverage: { ...snapshot.coverage, fullRun: snapshot.coverage.fullRun || options.fullRun !== null },
    observedAt: findObservedAt(customerIds, customers, options),
    stored,
  };
}
