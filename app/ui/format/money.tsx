import { formatMoney } from "~/billing/money";

/** An amount with its currency. `amount` is in the smallest unit of the currency. */
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
