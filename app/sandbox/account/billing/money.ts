/** `$200.00`: an amount in the currency's smallest unit, for people. Fractions of that unit are shown. */
export function formatMoney(amount: number, currency: string): string {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  if (Number.isInteger(amount)) return format.format(amount / 10 ** digits);
  return new Intl.NumberFormat("en-US", { style: "currency", currency, maximumFractionDigits: 12 }).format(
    amount / 10 ** digits,
  );
}
