import { graceEndsAt } from "~/billing/access";
import type { Counting } from "~/billing/choice";
import type { Policy } from "~/billing/policy";
import type { Database } from "~/platform/client.server";
import type { CustomerPage, CustomerSubscription } from "./customer-views";
import { judgeOne } from "~/engine/evaluate/judge-users.server";
import { loadOnGround } from "~/engine/evaluate/load-on-ground.server";
import type { WorkspaceAnswer } from "~/facade/parity.server";

const AS_CUSTOMER = { automatic: true, breakerHasRoom: true, confirmed: null };

/**
 * What the customer's page says of a workspace, around the answer that the workspace route gives. Judged now from what
 * is stored; asks Stripe nothing. Null when the user is gone.
 */
export async function customerPageOf(
  db: Database,
  userId: string,
  { workspace, sync }: WorkspaceAnswer,
): Promise<CustomerPage | null> {
  const { ground, situations } = await loadOnGround(db, [userId]);
  const [situation] = situations;
  if (!situation) return null;
  const { judgement } = judgeOne(situation, ground, AS_CUSTOMER);
  const { counting, comp, suggestions } = judgement;
  return {
    workspace,
    checking: sync.state === "checking",
    unavailable: sync.state === "unavailable",
    subscription: counting && subscriptionOf(counting, ground.context.policy),
    comp: comp && { planName: comp.plan.name, soldiers: comp.plan.soldiers, until: comp.expiresAt },
    // Whoever has not proved an address must not learn who pays under it.
    maybePaid: situation.record.emailVerified && suggestions.length > 0,
    hasCustomer: situation.record.user.stripeCustomerId !== null,
    contact: ground.settings.supportContact,
  };
}

function subscriptionOf(
  { subscription, item, plan, access }: Counting,
  policy: Policy,
): CustomerSubscription {
  const periodEnd = item?.periodEnd ?? null;
  return {
    plan: plan && { name: plan.name, soldiers: plan.soldiers },
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
