import { formatDay } from "~/billing/dates";
import { formatMoney } from "~/billing/money";
import type { Reversal } from "~/billing/observation";

/** "Refunded $5 of $20 on 2 Nov 2026"; the whole amount is said once. */
export function describeReversal({ kind, amount, chargeAmount, currency, at }: Reversal): string {
  const whole = amount === chargeAmount ? "" : ` of ${formatMoney(chargeAmount, currency)}`;
  const what = kind === "refund" ? "Refunded" : "Disputed";
  return `${what} ${formatMoney(amount, currency)}${whole} on ${formatDay(at)}`;
}
