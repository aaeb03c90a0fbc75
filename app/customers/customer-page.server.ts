import { findGraceEnd } from "~/billing/access";
import type { RatedSubscription } from "~/billing/choice";
import { choosePortalCustomer } from "~/billing/links/portal";
import { toPriceView } from "~/billing/money";
import { isOpen } from "~/billing/observation";
import type { Policy } from "~/billing/policy";
import { chooseRepair, evaluateUser } from "~/engine/evaluate/evaluate-users.server";
import { loadInContext } from "~/engine/evaluate/load-in-context.server";
import { scheduleNextCheck } from "~/engine/observe/user-checks.server";
import type { Database } from "~/platform/client.server";
import { findRecentCheckoutPage } from "./checkout-attempts.server";
import type { CustomerPage, CustomerSubscription, WorkspaceAnswer } from "./customer-views";

const AS_CUSTOMER = { automatic: true, revocationLimitHasRoom: true, approval: null };

/**
 * Data of the customer page of a workspace, evaluated from what is stored; does not read Stripe. A locked workspace that a repair
 * would open, which the last evaluation did not know yet, has a check due at once. Null when the user does not exist.
 */
export async function loadCustomerPage(
  db: Database,
  userId: string,
  { workspace, sync }: WorkspaceAnswer,
): Promise<CustomerPage | null> {
  const checking = sync.state === "checking";
  const [{ context, snapshots }, paymentPage] = await Promise.all([
    loadInContext(db, [userId]),
    checking ? findRecentCheckoutPage(db, userId) : null,
  ]);
  const [snapshot] = snapshots;
  if (!snapshot) return null;
  const { evaluation, decision } = evaluateUser(snapshot, context, AS_CUSTOMER);
  const { primary, comp, matches } = evaluation;
  const isNew =
    workspace.status !== "active" &&
    !checking &&
    chooseRepair(decision) !== null &&
    (await findVerdict(db, userId)) !== evaluation.verdict;
  // Once: when the check cannot repair it either, the verdict is stored, and the gates hold again.
  if (isNew) await scheduleNextCheck(db, userId, 0);
  return {
    workspace,
    checking: isNew || checking,
    hasPaid: paymentPage !== null || primary?.access === "yes",
    unavailable: sync.state === "unavailable",
    subscription: primary && toCustomerSubscription(primary, context.rules.policy),
    comp: comp && { planName: comp.plan.name, seats: comp.plan.seats, until: comp.expiresAt },
    // With an unverified address, a user must not learn who pays with it.
    maybePaid: snapshot.record.emailVerified && matches.byAddress.length > 0,
    hasCustomer: choosePortalCustomer(evaluation, snapshot.record).customerId !== null,
    contact: context.settings.supportContact,
  };
}

async function findVerdict(db: Database, userId: string): Promise<string | null> {
  const stored = await db.syncStatus.findUnique({ where: { userId }, select: { verdict: true } });
  return stored?.verdict ?? null;
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
