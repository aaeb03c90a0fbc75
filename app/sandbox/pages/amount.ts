import { formatMoney } from "../account/billing/money";
import type { PriceRecord } from "../store/records";
import type { Store } from "../store/store";

/** `Army, $200.00 a year`. */
export function describePrice(store: Store, price: PriceRecord): string {
  return `${store.products.get(price.product).name}, ${describeCost(price)}`;
}

function describeCost({ unitAmount, currency, recurring }: PriceRecord): string {
  const amount = unitAmount === null ? `by use (${currency})` : formatMoney(Number(unitAmount), currency);
  if (!recurring) return amount;
  const { interval, interval_count: every } = recurring;
  return every === 1 ? `${amount} a ${interval}` : `${amount} every ${every} ${interval}s`;
}

/** `1 January 2026`, in UTC. */
export function formatDay(epochSeconds: number): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(epochSeconds * 1000);
}
