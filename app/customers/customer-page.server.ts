import { findGraceEnd } from "~/billing/access";
import type { RatedSubscription } from "~/billing/choice";
import { choosePortalCustomer } from "~/billing/links/portal";
import { toPriceView } from "~/billing/money";
import { isOpen } from "~/billing/observation";
import type { Policy } from "~/billing/policy";
import { evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadInContext } from "~/engine/evaluate/load-in-context.server";
import type { Database } from "~/platform/client.server";
import type { CustomerPage, CustomerSubscription, WorkspaceAnswer } from "./customer-views";

const AS_CUSTOMER = { automatic: true, revocationLimitHasRoom: true, approval: null };

/**
 * Data of the customer page of a workspace, evaluated from what is stored; does not read Stripe. Null when the user does not
 * exist.
 */
export async function loadCustomerPage(
  db: Database,
  userId: string,
  { workspace, sync }: WorkspaceAnswer,
): Promise<CustomerPage | null> {
  const { context, snapshots } = await loadInContext(db, [userId]);
  const [snapshot] = snapshots;
  if (!snapshot) return null;
  const { evaluation } = evaluateUser(snapshot, context, AS_CUSTOMER);
  const { primary, comp, matches } = evaluation;
  return {
    workspace,
    checking: sync.state === "checking",
    unavailable: sync.state === "unavailable",
    subscription: primary && toCustomerSubscription(primary, context.rules.policy),
    comp: comp && { planName: comp.plan.name, seats: comp.plan.seats, until: comp.expiresAt },
    // With an unverified address, a user must not learn who pays with it.
    maybePaid: snapshot.record.emailVerified && matches.byAddress.length > 0,
    hasCustomer: choosePortalCustomer(evaluation, snapshot.record).customerId !== null,
    contact: context.settings.supportContact,
  };
}

function toCustomerSubscription(
  { subscription, item, plan, access }: RatedSubscription,
  policy: Policy,
): CustomerSubscription {
  const periodEnd = item?.periodEnd ?? null;
  return {
    plan: plan && { name: plan.name, seats: plan.seats },
    price: item && toPriceView(item),
    status: subscription.status,
    access,
    isOpen: isOpen(subscription),
    periodEnd,
    endsAt: subscription.cancelAt ?? (subscription.cancelAtPeriodEnd ? periodEnd : null),
    graceEndsAt: findGraceEnd(subscription, policy),
  };
}
