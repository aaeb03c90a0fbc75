import { type Access, decideAccess } from "./access";
import { computeMonthlyAmount } from "./money";
import { type EpochSeconds, isOpen, type Subscription, type SubscriptionItem } from "./observation";
import { type Catalogue, findMapping, type Plan } from "./plans";
import type { Policy } from "./policy";

/**
 * What a subscription buys: a plan; something that is not mapped to a plan yet; nothing, because each quantity is 0; or only
 * what is ignored ("not ours"). One that buys only what is ignored never counts.
 */
export type Purchase = "plan" | "unmapped" | "nothing" | "ignored";

/** A subscription with the item that counts, the plan that it buys, and whether it gives access. */
export type RatedSubscription = {
  subscription: Subscription;
  purchase: Purchase;
  /** Null when Stripe lists no item. */
  item: SubscriptionItem | null;
  plan: Plan | null;
  /** `no` also when the status would give access, but what is bought has no seats. */
  access: Access;
  /** What the status alone gives. */
  statusAccess: Access;
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

export type ChosenItem = Pick<RatedSubscription, "item" | "plan" | "purchase">;

/**
 * Of several items the mapped one with the most seats counts; then the larger monthly amount, then the id. An item of quantity 0
 * buys nothing, a plan without seats hides nothing that is not mapped, and what is ignored counts only when there is no other.
 */
export function chooseItem(items: readonly SubscriptionItem[], catalogue: Catalogue): ChosenItem {
  let best: ChosenItem | null = null;
  for (const item of items) {
    const candidate = rateItem(item, catalogue);
    if (best === null || compareItems(candidate, best) < 0) best = candidate;
  }
  // Stripe lists no item: what is bought is not known.
  return best ?? { item: null, plan: null, purchase: "unmapped" };
}

function rateItem(item: SubscriptionItem, catalogue: Catalogue): ChosenItem {
  const plan = findMapping(catalogue, item);
  if (plan === null) return { item, plan: null, purchase: "ignored" };
  if (item.quantity === 0) return { item, plan: null, purchase: "nothing" };
  return plan ? { item, plan, purchase: "plan" } : { item, plan: null, purchase: "unmapped" };
}

const PURCHASE_RANK: Record<Purchase, number> = { plan: 0, unmapped: 1, nothing: 2, ignored: 3 };

/** A plan without seats gives no access: beside it what is not mapped may be what is paid for. */
const rankItem = (item: ChosenItem) =>
  item.plan?.seats === 0 ? PURCHASE_RANK.unmapped + 0.5 : PURCHASE_RANK[item.purchase];

const compareItems = (a: ChosenItem, b: ChosenItem) =>
  rankItem(a) - rankItem(b) ||
  (b.plan?.seats ?? 0) - (a.plan?.seats ?? 0) ||
  readMonthlyAmount(b.item) - readMonthlyAmount(a.item) ||
  compareText(a.item?.id ?? "", b.item?.id ?? "");

/** Does this subscription buy only what is not ours? It is shown and never counts. */
export const isIgnored = ({ items }: Pick<Subscription, "items">, catalogue: Catalogue): boolean =>
  items.length > 0 && chooseItem(items, catalogue).purchase === "ignored";

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
    PURCHASE_RANK[a.purchase] - PURCHASE_RANK[b.purchase] ||
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

/** Seats, or something at an unmapped price, which may have some. Not what is ignored, of quantity 0, or of a plan without seats. */
const mayHaveSeats = ({ purchase, plan }: ChosenItem): boolean =>
  purchase === "unmapped" || (plan?.seats ?? 0) > 0;

/** May this subscription give seats, in some status? What may not is shown, and speaks for no user. */
export const mayGiveSeats = ({ items }: Pick<Subscription, "items">, catalogue: Catalogue): boolean =>
  mayHaveSeats(chooseItem(items, catalogue));

/** Is something in it bought at a price that is not mapped, perhaps beside a plan? */
export const buysUnmapped = ({ items }: Pick<Subscription, "items">, catalogue: Catalogue): boolean =>
  items.length === 0 ||
  items.some((item) => item.quantity !== 0 && findMapping(catalogue, item) === undefined);

/** Does it give access to a plan with seats? */
export const givesSeats = (rated: RatedSubscription | null): rated is RatedSubscription & { plan: Plan } =>
  rated !== null && rated.access === "yes" && rated.plan !== null;

/** A subscription with what it buys, and whether it gives access. */
export function rateSubscription(
  subscription: Subscription,
  { catalogue, policy, now }: Pick<ChoiceInput, "catalogue" | "policy" | "now">,
): RatedSubscription {
  const chosen = chooseItem(subscription.items, catalogue);
  const { item, plan, purchase } = chosen;
  const { access: statusAccess, changesAt } = decideAccess(subscription, policy, now);
  const access = statusAccess === "yes" && !mayHaveSeats(chosen) ? "no" : statusAccess;
  return { subscription, item, plan, purchase, access, statusAccess, changesAt };
}

/** Open, and bought at a price that is not mapped: what it is for is not known yet. */
const isOpenUnmapped = ({ purchase, subscription, access }: RatedSubscription) =>
  purchase === "unmapped" && access !== "review" && isOpen(subscription);

/**
 * All subscriptions that may count; the first one does. Empty when none may. Never throws when there are several. What is not
 * mapped never hides what is: an open one at an unmapped price goes behind all others when there is a mapped one.
 */
export function rankSubscriptions(input: ChoiceInput): RatedSubscription[] {
  const all: RatedSubscription[] = [];
  for (const subscription of input.subscriptions) {
    if (isAbandonedCheckout(subscription) && subscription.id !== input.recordedSubscriptionId) continue;
    const rated = rateSubscription(subscription, input);
    if (rated.purchase !== "ignored") all.push(rated);
  }
  if (all.length < 2) return all;
  all.sort(compareSubscriptions);
  if (!all.some(({ purchase }) => purchase === "plan") || !all.some(isOpenUnmapped)) return all;
  return [...all.filter((one) => !isOpenUnmapped(one)), ...all.filter(isOpenUnmapped)];
}

/** Subscriptions that are still open and buy something: more than one sets the flag `several`. */
export const listOpenSubscriptions = (ranked: readonly RatedSubscription[]): RatedSubscription[] =>
  ranked.filter(({ subscription, purchase }) => purchase !== "nothing" && isOpen(subscription));

/** What is paid at a price that is not mapped, while nothing mapped gives access; null when there is no such thing. */
export function findUnmapped(ranked: readonly RatedSubscription[]): RatedSubscription | null {
  if (ranked[0]?.access === "yes" && ranked[0].purchase === "plan") return null;
  return ranked.find(({ access, purchase }) => access === "yes" && purchase === "unmapped") ?? null;
}
