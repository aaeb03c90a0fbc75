import { formatMoney } from "~/billing/money";

/** A sum with its currency; figures line up. `amount` in the smallest unit. */
export function Money({ amount, currency }: { amount: number; currency: string }) {
  return (
    <span
      className="tabular-nums whitespace-nowrap"
      title={`${formatMoney(amount, currency)} ${currency.toUpperCase()}`}
    >
      {formatMoney(amount, currency)}
    </span>
  );
}
