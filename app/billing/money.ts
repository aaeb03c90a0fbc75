import type { SubscriptionItem } from "./observation";

/** A sum in the smallest unit of its currency, per month. */
export type MonthlyMoney = { perMonth: number; currency: string };

/** A price and how many of it, as pages and the command line are handed it. */
export type PriceView = Pick<
  SubscriptionItem,
  "unitAmount" | "pricing" | "currency" | "intervalCount" | "quantity" | "isDiscounted"
> & { interval: string | null };

/** The price of an item, without the ids. */
export const toPriceView = (item: SubscriptionItem): PriceView => ({
  unitAmount: item.unitAmount,
  ...(item.pricing && { pricing: item.pricing }),
  currency: item.currency,
  interval: item.interval,
  intervalCount: item.intervalCount,
  quantity: item.quantity,
  ...(item.isDiscounted && { isDiscounted: true }),
});

/** An amount that can be computed with exactly, and stored; null for a larger one, which would be a wrong one. */
const keepExact = (amount: number): number | null =>
  Math.abs(amount) <= Number.MAX_SAFE_INTEGER ? amount : null;

/** What all units cost in one period, in the smallest unit of the currency; null where that is not known. */
export function computeTotal({
  unitAmount,
  pricing,
  quantity,
}: Pick<PriceView, "unitAmount" | "pricing" | "quantity">): number | null {
  if (pricing?.kind === "package") {
    const packages = quantity / pricing.size;
    return keepExact(pricing.amount * (pricing.round === "up" ? Math.ceil(packages) : Math.floor(packages)));
  }
  return unitAmount === null || pricing ? null : keepExact(unitAmount * quantity);
}

/** Periods in a month as a fraction of whole numbers, so that an amount is rounded once. */
const PER_MONTH = { day: [365, 12], week: [52, 12], month: [1, 1], year: [1, 12] } as const;

/** What an item costs per month before discounts; null where no amount is known beforehand, and for one-off prices. */
export function computeMonthlyAmount(item: SubscriptionItem): MonthlyMoney | null {
  const total = computeTotal(item);
  if (total === null || item.interval === null) return null;
  const [times, months] = PER_MONTH[item.interval];
  const perMonth = keepExact(Math.round((total * times) / (months * Math.max(1, item.intervalCount))));
  return perMonth === null ? null : { perMonth, currency: item.currency };
}

/** Adds an amount, `times` over, to sums by currency: amounts of different currencies are never added. */
export function addMonthly(
  sums: readonly MonthlyMoney[],
  { perMonth, currency }: MonthlyMoney,
  times: number,
): MonthlyMoney[] {
  const sum = sums.find((one) => one.currency === currency)?.perMonth ?? 0;
  return [
    ...sums.filter((one) => one.currency !== currency),
    { currency, perMonth: sum + perMonth * times },
  ].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

/** The sums of amounts by currency. */
export const sumMonthly = (amounts: readonly MonthlyMoney[]): MonthlyMoney[] =>
  amounts.reduce<MonthlyMoney[]>((sums, amount) => addMonthly(sums, amount, 1), []);

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

/** Decimal places of `unit_amount_decimal` in Stripe's API. */
const PARTS = 12;

/** One for each currency and number of decimals that were ever shown: making one takes longer than drawing a row. */
const FORMATS = new Map<string, Intl.NumberFormat>();

function getFormat(currency: string, minimumFractionDigits: number, maximumFractionDigits: number) {
  const key = `${currency} ${minimumFractionDigits} ${maximumFractionDigits}`;
  const known = FORMATS.get(key);
  if (known) return known;
  const digits = { minimumFractionDigits, maximumFractionDigits };
  const made = new Intl.NumberFormat("en-US", { style: "currency", currency, ...digits });
  FORMATS.set(key, made);
  return made;
}

/**
 * `2000, "usd"` → `$20`; `2050` → `$20.50`; `0.5` → `$0.005`; `2000, "jpy"` → `¥2,000`. An unknown currency is shown as it is.
 */
export function formatMoney(amount: number, currency: string): string {
  const code = currency.toUpperCase();
  const digits = countDecimals(code);
  const value = amount / 10 ** digits;
  // Less than the smallest coin is said exactly: half a cent is not a cent.
  const most = Number.isInteger(amount) ? digits : Math.min(20, digits + PARTS);
  try {
    return getFormat(code, Number.isInteger(value) ? 0 : digits, most).format(value);
  } catch {
    return `${amount} ${code}`.trim();
  }
}

/** An amount as a plain number with the decimals of its currency, for spreadsheets: `1667, "usd"` → `16.67`. */
export function formatAmount(amount: number, currency: string): string {
  const digits = countDecimals(currency.toUpperCase());
  return (amount / 10 ** digits).toFixed(digits);
}

/** A price in words; `interval` null for one that does not recur. */
export type PriceInWords = Pick<PriceView, "unitAmount" | "pricing" | "currency" | "interval"> & {
  intervalCount?: number;
};

/** Why no amount is said: `usage-based price`, `tiered price`, `price in EUR that is not known`. */
export function describeMissingAmount({
  pricing,
  currency,
  unitAmount = null,
}: Pick<PriceView, "pricing" | "currency"> & Partial<Pick<PriceView, "unitAmount">>): string {
  if (pricing?.kind === "metered") return "usage-based price";
  // What a unit costs may be known, and all of them together be more than can be computed with.
  const isTooLarge = pricing?.kind === "package" || (unitAmount !== null && !pricing);
  return pricing?.kind === "unknown" || isTooLarge
    ? `price in ${currency.toUpperCase()} that is not known`
    : "tiered price";
}

const addPeriod = (money: string, { interval, intervalCount = 1 }: PriceInWords): string => {
  if (interval === null) return money;
  return intervalCount === 1 ? `${money}/${interval}` : `${money}/${intervalCount} ${interval}s`;
};

/** One unit: `$200/year`, `$60/3 months`, `$20 per 5/month`; why there is no amount: `usage-based price`, `tiered price`. */
export function formatPrice(price: PriceInWords): string {
  const { pricing, unitAmount, currency } = price;
  if (pricing?.kind === "package")
    return addPeriod(`${formatMoney(pricing.amount, currency)} per ${pricing.size}`, price);
  if (unitAmount === null || pricing) return describeMissingAmount(price);
  return addPeriod(formatMoney(unitAmount, currency), price);
}

/** The amount alone, where Stripe lists one; else the price in words. */
export const formatListPrice = (price: PriceInWords): string =>
  price.pricing || price.unitAmount === null
    ? formatPrice(price)
    : formatMoney(price.unitAmount, price.currency);

/**
 * All units together: `$400/year`, `$400/year less a discount` (how much it takes off is not in a list of subscriptions); why no
 * amount is known: `usage-based price`, `tiered price`.
 */
export function formatTotalPrice(price: PriceView): string {
  const total = computeTotal(price);
  if (total === null) return describeMissingAmount(price);
  const listed = addPeriod(formatMoney(total, price.currency), price);
  return price.isDiscounted ? `${listed} less a discount` : listed;
}
