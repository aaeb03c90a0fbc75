import type { InvoiceLine } from "~/sandbox/store/billing-records";
import type { ItemRecord } from "~/sandbox/store/records";
import type { Store } from "~/sandbox/store/store";
import { calculateAmount, roundAmount } from "./amounts";
import { nameProduct } from "./lines";

export interface Change {
  before: readonly ItemRecord[];
  after: readonly ItemRecord[];
  currency: string;
  /** When the change takes effect: epoch seconds. */
  at: number;
}

/** The lines for what was paid and is not used, and for what is used and was not paid, of the items that change. */
export function listProrations(store: Store, { before, after, currency, at }: Change): InvoiceLine[] {
  const day = formatDate(at);
  const unused = before
    .filter((item) => !after.some((other) => isSame(item, other)))
    .map((item) => prorate(store, item, { currency, at, sign: -1, text: "Unused time on", day }));
  const remaining = after
    .filter((item) => !before.some((other) => isSame(item, other)))
    .map((item) => prorate(store, item, { currency, at, sign: 1, text: "Remaining time on", day }));
  return [...unused, ...remaining].filter((line) => line !== undefined);
}

/** Only the credit for the rest of the periods, for example when they end early. */
export function listCredits(store: Store, change: Omit<Change, "after">): InvoiceLine[] {
  return listProrations(store, { ...change, after: [] });
}

function prorate(
  store: Store,
  item: ItemRecord,
  {
    currency,
    at,
    sign,
    text,
    day,
  }: { currency: string; at: number; sign: -1 | 1; text: string; day: string },
): InvoiceLine | undefined {
  const price = store.prices.get(item.price);
  const isMetered = price.recurring?.usage_type === "metered";
  if (isMetered || at >= item.periodEnd || item.quantity === 0) return undefined;
  const share = (item.periodEnd - Math.max(at, item.periodStart)) / (item.periodEnd - item.periodStart);
  const times = item.quantity === 1 ? "" : `${item.quantity} × `;
  return {
    amount: sign * roundAmount(calculateAmount(price, item.quantity, currency) * share),
    description: `${text} ${times}${nameProduct(store, price)} after ${day}`,
    price: item.price,
    item: item.sequence,
    quantity: item.quantity,
    periodStart: at,
    periodEnd: item.periodEnd,
    proration: true,
    metadata: item.metadata,
  };
}

function isSame(one: ItemRecord, other: ItemRecord): boolean {
  return (
    one.sequence === other.sequence &&
    one.price === other.price &&
    one.quantity === other.quantity &&
    one.periodEnd === other.periodEnd
  );
}

/** `01 Jan 2026`, in UTC. */
function formatDate(at: number): string {
  return new Intl.DateTimeFormat("en-GB", {
    day: "2-digit",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  }).format(at * 1000);
}
