import { type Access, decideAccess } from "./access";
import { computeMonthlyAmount } from "./money";
import { type EpochSeconds, isOpen, type Subscription, type SubscriptionItem } from "./observation";
import { type Catalogue, findPlan, type Plan } from "./plans";
import type { Policy } from "./policy";

/** A subscription with the item that counts, the plan that it buys, and whether it gives access. */
export type RatedSubscription = {
  subscription: Subscription;
  /** Null when Stripe lists no item. */
  item: SubscriptionItem | null;
  plan: Plan | null;
  access: Access;
  /** When the clock alone changes `access`. */
  changesAt: EpochSeconds | null;
};

const STATUS_RANK = ["active", "trialing", "past_due", "unpaid", "paused"];

const rankStatus = (status: string) => {
  const rank = STATUS_RANK.indexOf(status);
  return rank === -1 ? STATUS_RANK.length : rank;
};

const readMonthlyAmount = (item: SubscriptionItem | null) =>
  (item && computeMonthlyAmount(item)?.perMonth) ?? 0;

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Of several items the mapped one with the most seats counts; then the larger monthly amount, then the id. */
export function chooseItem(
  items: readonly SubscriptionItem[],
  catalogue: Catalogue,
): { item: SubscriptionItem | null; plan: Plan | null } {
  let best: { item: SubscriptionItem; plan: Plan | null } | null = null;
  for (const item of items) {
    const candidate = { item, plan: findPlan(catalogue, item) };
    if (best === null || compareItems(candidate, best) < 0) best = candidate;
  }
  return best ?? { item: null, plan: null };
}

type ItemWithPlan = { item: SubscriptionItem; plan: Plan | null };

const compareItems = (a: ItemWithPlan, b: ItemWithPlan) =>
  (b.plan?.seats ?? -1) - (a.plan?.seats ?? -1) ||
  readMonthlyAmount(b.item) - readMonthlyAmount(a.item) ||
  compareText(a.item.id, b.item.id);

function rankAccess({ access, subscription }: RatedSubscription): number {
  if (access === "yes") return 0;
  if (access === "review") return 1;
  return isOpen(subscription) ? 2 : 3;
}

/**
 * The order in which subscriptions count: with access first, then of unknown status, then open, then ended with the newest
 * end first. Among equals: mapped price, more seats, larger monthly amount, status, newer, id. Negative when `a` goes first.
 */
export function compareSubscriptions(a: RatedSubscription, b: RatedSubscription): number {
  const rank = rankAccess(a) - rankAccess(b);
  if (rank !== 0) return rank;
  if (rankAccess(a) === 3) {
    const newestEnd = (b.subscription.endedAt ?? 0) - (a.subscription.endedAt ?? 0);
    if (newestEnd !== 0) return newestEnd;
  }
  return (
    Number(b.plan !== null) - Number(a.plan !== null) ||
    (b.plan?.seats ?? 0) - (a.plan?.seats ?? 0) ||
    readMonthlyAmount(b.item) - readMonthlyAmount(a.item) ||
    rankStatus(a.subscription.status) - rankStatus(b.subscription.status) ||
    b.subscription.created - a.subscription.created ||
    compareText(a.subscription.id, b.subscription.id)
  );
}

const isAbandonedCheckout = ({ status }: Subscription) =>
  status === "incomplete" || status === "incomplete_expired";

export type ChoiceInput = {
  subscriptions: readonly Subscription[];
  /** `incomplete` and `incomplete_expired` count only when they are what the database records. */
  recordedSubscriptionId: string | null;
  catalogue: Catalogue;
  policy: Policy;
  now: EpochSeconds;
};

/** All subscriptions that may count; the first one does. Empty when none may. Never throws when there are several. */
export function rankSubscriptions(input: ChoiceInput): RatedSubscription[] {
  const { catalogue, policy, now } = input;
  const all: RatedSubscription[] = [];
  for (const subscription of input.subscriptions) {
    if (isAbandonedCheckout(subscription) && subscription.id !== input.recordedSubscriptionId) continue;
    const { item, plan } = chooseItem(subscription.items, catalogue);
    const { access, changesAt } = decideAccess(subscription, policy, now);
    all.push({ subscription, item, plan, access, changesAt });
  }
  return all.length > 1 ? all.sort(compareSubscriptions) : all;
}

/** Subscriptions that are still open: more than one sets the flag `several`. */
export function listOpenSubscriptions(subscriptions: readonly Subscription[]): Subscription[] {
  return subscriptions.filter(isOpen);
}
