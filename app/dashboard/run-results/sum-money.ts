import type { MonthlyMoney } from "~/billing/money";

/** Adds an amount to sums by currency, in the order of the currencies. Amounts of different currencies are never added. */
export function addMoney(
  sums: readonly MonthlyMoney[],
  { perMonth, currency }: MonthlyMoney,
  times = 1,
): MonthlyMoney[] {
  const sum = sums.find((one) => one.currency === currency)?.perMonth ?? 0;
  return [
    ...sums.filter((one) => one.currency !== currency),
    { currency, perMonth: sum + perMonth * times },
  ].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
