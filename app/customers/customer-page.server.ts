import { graceEndsAt } from "~/billing/access";
import type { Counting } from "~/billing/choice";
import type { Policy } from "~/billing/policy";
import { evaluateOne } from "~/engine/evaluate/evaluate-users.server";
import { loadSnapshotsInContext } from "~/engine/evaluate/load-snapshots-in-context.server";
import type { WorkspaceAnswer } from "~/facade/parity.server";
import type { Database } from "~/platform/client.server";
import type { CustomerPage, CustomerSubscription } from "./customer-views";

const AS_CUSTOMER = { automatic: true, revocationLimitHasRoom: true, confirmed: null };

/**
 * What the customer's page says of a workspace, around the answer that the workspace route gives. Evaluated now from what
 * is stored; asks Stripe nothing. Null when the user is gone.
 */
export async function customerPageOf(
  db: Database,
  userId: string,
  { workspace, sync }: WorkspaceAnswer,
): Promise<CustomerPage | null> {
  const { ground, snapshots } = await loadSnapshotsInContext(db, [userId]);
  const [snapshot] = snapshots;
  if (!snapshot) return null;
  const { evaluation } = evaluateOne(snapshot, ground, AS_CUSTOMER);
  const { counting, comp, suggestions } = evaluation;
  return {
    workspace,
    checking: sync.state === "checking",
    unavailable: sync.state === "unavailable",
    subscription: counting && subscriptionOf(counting, ground.context.policy),
    comp: comp && { planName: comp.plan.name, seats: comp.plan.seats, until: comp.expiresAt },
    // Whoever has not proved an address must not learn who pays under it.
    maybePaid: snapshot.record.emailVerified && suggestions.length > 0,
    hasCustomer: snapshot.record.user.stripeCustomerId !== null,
    contact: ground.settings.supportContact,
  };
}

function subscriptionOf(
  { subscription, item, plan, access }: Counting,
  policy: Policy,
): CustomerSubscription {
  const periodEnd = item?.periodEnd ?? null;
  return {
    plan: plan && { name: plan.name, seats: plan.seats },
    price: item && {
      unitAmount: item.unitAmount,
      currency: item.currency,
      interval: item.interval,
      intervalCount: item.intervalCount,
      quantity: item.quantity,
    },
    status: subscription.status,
    access,
    periodEnd,
    endsAt: subscription.cancelAt ?? (subscription.cancelAtPeriodEnd ? periodEnd : null),
    graceEndsAt: graceEndsAt(subscription, policy),
  };
}
