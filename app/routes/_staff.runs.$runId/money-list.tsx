import type { MonthlyMoney } from "~/billing/money";
import { Money } from "~/ui/format/money";

/** Amounts of several currencies: `$276.69, €18 a month`. Renders nothing without an amount. */
export function MoneyList({ money }: { money: readonly MonthlyMoney[] }) {
  if (money.length === 0) return null;
  return (
    <>
      {money.map(({ perMonth, currency }, n) => (
        <span key={currency}>
          {n > 0 && ", "}
          <Money amount={perMonth} currency={currency} />
        </span>
      ))}{" "}
      a month
    </>
  );
}
