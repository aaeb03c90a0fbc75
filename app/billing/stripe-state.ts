import type { Subscription } from "./observation";

/**
 * A canonical text of a user's state in Stripe: which subscriptions, in which status, on which prices. A hold ends when it
 * changes.
 */
export function describeStripeState(subscriptions: readonly Subscription[]): string {
  const lines = subscriptions.map((one) => {
    const prices = one.items.map((item) => `${item.priceId}×${item.quantity}`).sort();
    return `${one.id} ${one.status} ${one.cancelAtPeriodEnd} ${one.cancelAt ?? "-"} ${prices.join(",")}`;
  });
  return lines.sort().join("\n");
}
