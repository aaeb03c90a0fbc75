import { formatMoney } from "~/sandbox/account/billing/money";
import type { InvoiceLine } from "~/sandbox/store/billing-records";
import type { ItemRecord, PriceRecord, SubscriptionRecord } from "~/sandbox/store/records";
import type { Store } from "~/sandbox/store/store";
import { calculateAmount, findAmounts } from "./amounts";

export interface LineOptions {
  /** A trial costs nothing. */
  trial: boolean;
  /** Units used of a metered item in the period that has ended; 0 by default. */
  readUsage?: (item: ItemRecord) => number;
}

/** The lines of an invoice for the current period of each item. Metered items are billed for what was used before it. */
export function listPeriodLines(
  store: Store,
  { items, currency }: Pick<SubscriptionRecord, "currency" | "items">,
  { trial, readUsage = () => 0 }: LineOptions,
): InvoiceLine[] {
  return items.map((item) => {
    const price = store.prices.get(item.price);
    const metered = price.recurring?.usage_type === "metered";
    const quantity = metered ? readUsage(item) : item.quantity;
    const free = trial || (metered && quantity === 0);
    return {
      amount: free ? 0 : calculateAmount(price, quantity, currency),
      description: trial
        ? `Trial period for ${nameProduct(store, price)}`
        : `${quantity} × ${describePrice(store, price, currency)}`,
      price: item.price,
      item: item.sequence,
      quantity,
      periodStart: item.periodStart,
      periodEnd: item.periodEnd,
      proration: false,
      metadata: item.metadata,
    };
  });
}

export function sumLines(lines: readonly InvoiceLine[]): number {
  return lines.reduce((sum, line) => sum + line.amount, 0);
}

export function nameProduct(store: Store, price: PriceRecord): string {
  return store.products.get(price.product).name;
}

function describePrice(store: Store, price: PriceRecord, currency: string): string {
  const name = nameProduct(store, price);
  const unit = findAmounts(price, currency)?.unitAmount;
  if (unit === undefined || unit === null) return name;
  const every = price.recurring;
  const length = every
    ? ` / ${every.interval_count === 1 ? every.interval : `every ${every.interval_count} ${every.interval}s`}`
    : "";
  return `${name} (at ${formatMoney(Number(unit), currency)}${length})`;
}
