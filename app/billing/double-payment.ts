import { listOpenSubscriptions, type RatedSubscription } from "./choice";
import { computeMonthlyAmount, type MonthlyMoney, sumMonthly } from "./money";
import type { EpochSeconds } from "./observation";

/** What a user pays for more than once. */
export type DoublePayment = {
  subscriptionIds: string[];
  /** Who pays them, each once. */
  customerIds: string[];
  /** What all but the subscription that decides access cost, by currency; what is not known beforehand is left out. */
  extra: MonthlyMoney[];
  /** Since when more than one is paid. */
  since: EpochSeconds;
};

/** With these statuses Stripe collects payments, or is about to. */
const PAID = new Set(["active", "trialing", "past_due"]);

/** Null for a user with at most one subscription that is being paid. `ranked`: the one that decides access first. */
export function findDoublePayment(ranked: readonly RatedSubscription[]): DoublePayment | null {
  const paid = listOpenSubscriptions(ranked).filter(
    ({ subscription }) => PAID.has(subscription.status) && !subscription.collectionPaused,
  );
  if (paid.length < 2) return null;
  const extra = paid.slice(1).flatMap(({ item }) => (item && computeMonthlyAmount(item)) ?? []);
  const [, second = 0] = paid.map(({ subscription }) => subscription.startDate).sort((a, b) => a - b);
  return {
    subscriptionIds: paid.map(({ subscription }) => subscription.id),
    customerIds: [...new Set(paid.map(({ subscription }) => subscription.customerId))],
    extra: sumMonthly(extra),
    since: second,
  };
}
