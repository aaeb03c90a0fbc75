import { type Access, accessOf } from "./access";
import { monthlyAmount } from "./money";
import { type EpochSeconds, isOpen, type Subscription, type SubscriptionItem } from "./observation";
import { type Catalogue, type Plan, planOfPrice } from "./plans";
import type { Policy } from "./policy";

/** A subscription with what it comes to: the item that counts, the plan it buys, whether it gives access. */
export type Counting = {
  subscription: Subscription;
  /** Null when Stripe lists no item. */
  item: SubscriptionItem | null;
  plan: Plan | null;
  access: Access;
  /** When the clock alone changes `access`. */
  changesAt: EpochSeconds | null;
};

const STATUS_RANK = ["active", "trialing", "past_due", "unpaid", "paused"];

const rankOfStatus = (status: string) => {
  const rank = STATUS_RANK.indexOf(status);
  return rank === -1 ? STATUS_RANK.length : rank;
};

const monthlyOf = (item: SubscriptionItem | null) => (item && monthlyAmount(item)?.perMonth) ?? 0;

const textOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Of several items the claimed one with the most soldiers counts; then the larger monthly amount, then the id. */
export function itemThatCounts(
  items: readonly SubscriptionItem[],
  catalogue: Catalogue,
): { item: SubscriptionItem | null; plan: Plan | null } {
  let best: { item: SubscriptionItem; plan: Plan | null } | null = null;
  for (const item of items) {
    const candidate = { item, plan: planOfPrice(catalogue, item) };
    if (best === null || compareItems(candidate, best) < 0) best = candidate;
  }
  return best ?? { item: null, plan: null };
}

type Weighed = { item: SubscriptionItem; plan: Plan | null };

const compareItems = (a: Weighed, b: Weighed) =>
  (b.plan?.seats ?? -1) - (a.plan?.seats ?? -1) ||
  monthlyOf(b.item) - monthlyOf(a.item) ||
  textOrder(a.item.id, b.item.id);

function rankOf({ access, subscription }: Counting): number {
  if (access === "yes") return 0;
  if (access === "review") return 1;
  return isOpen(subscription) ? 2 : 3;
}

/** The order of "which subscription counts" of the product paper; negative when `a` goes first. */
export function compareCounting(a: Counting, b: Counting): number {
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0) return rank;
  if (rankOf(a) === 3) {
    const newestEnd = (b.subscription.endedAt ?? 0) - (a.subscription.endedAt ?? 0);
    if (newestEnd !== 0) return newestEnd;
  }
  return (
    Number(b.plan !== null) - Number(a.plan !== null) ||
    (b.plan?.seats ?? 0) - (a.plan?.seats ?? 0) ||
    monthlyOf(b.item) - monthlyOf(a.item) ||
    rankOfStatus(a.subscription.status) - rankOfStatus(b.subscription.status) ||
    b.subscription.created - a.subscription.created ||
    textOrder(a.subscription.id, b.subscription.id)
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

/** All subscriptions that may count, the one that does first. Empty when none does; never throws on several. */
export function subscriptionsInOrder(input: ChoiceInput): Counting[] {
  const { catalogue, policy, now } = input;
  const all: Counting[] = [];
  for (const subscription of input.subscriptions) {
    if (isAbandonedCheckout(subscription) && subscription.id !== input.recordedSubscriptionId) continue;
    const { item, plan } = itemThatCounts(subscription.items, catalogue);
    const { access, changesAt } = accessOf(subscription, policy, now);
    all.push({ subscription, item, plan, access, changesAt });
  }
  return all.length > 1 ? all.sort(compareCounting) : all;
}

/** Subscriptions that are still open: more than one grants the flag `several`. */
export function openOnes(subscriptions: readonly Subscription[]): Subscription[] {
  return subscriptions.filter(isOpen);
}
