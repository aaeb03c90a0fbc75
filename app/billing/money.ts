import type { SubscriptionItem } from "./observation";

/** A sum in the smallest unit of its currency, per month. */
export type MonthlyMoney = { perMonth: number; currency: string };

const MONTHS_PER = { day: 12 / 365, week: 12 / 52, month: 1, year: 12 } as const;

/** List price × quantity of an item per month, before discounts; null for tiered and one-off prices. */
export function computeMonthlyAmount(item: SubscriptionItem): MonthlyMoney | null {
  if (item.unitAmount === null || item.interval === null) return null;
  const months = MONTHS_PER[item.interval] * Math.max(1, item.intervalCount);
  return { perMonth: Math.round((item.unitAmount * item.quantity) / months), currency: item.currency };
}

const WITHOUT_SMALLER_UNIT = new Set(
  "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(" "),
);
const THOUSANDTHS = new Set("BHD JOD KWD OMR TND".split(" "));

/**
 * Decimal places of an amount in Stripe's API. They are Stripe's, not those of the locale: forint and rupiah
 * come in hundredths; so do krónur and Uganda shillings, although they have no such coins.
 * Source: https://docs.stripe.com/currencies#zero-decimal, #three-decimal and #special-cases.
 */
function countDecimals(code: string): number {
  if (WITHOUT_SMALLER_UNIT.has(code)) return 0;
  return THOUSANDTHS.has(code) ? 3 : 2;
}

/** `2000, "usd"` → `$20`; `2050` → `$20.50`; `2000, "jpy"` → `¥2,000`. An unknown currency is shown as it is. */
export function formatMoney(amount: number, currency: string): string {
  const code = currency.toUpperCase();
  const digits = countDecimals(code);
  const value = amount / 10 ** digits;
  try {
    return new Intl.NumberFormat("en-US", {
      style: "currency",
      currency: code,
      minimumFractionDigits: Number.isInteger(value) ? 0 : digits,
      maximumFractionDigits: digits,
    }).format(value);
  } catch {
    return `${amount} ${code}`.trim();
  }
}

/** `$200/year`, `$20/month`, `$60/3 months`; "tiered price" when there is no single amount. */
export function formatPrice(price: {
  unitAmount: number | null;
  currency: string;
  interval: string | null;
  intervalCount?: number;
}): string {
  if (price.unitAmount === null) return "tiered price";
  const amount = formatMoney(price.unitAmount, price.currency);
  if (price.interval === null) return amount;
  const count = price.intervalCount ?? 1;
  return count === 1 ? `${amount}/${price.interval}` : `${amount}/${count} ${price.interval}s`;
}
