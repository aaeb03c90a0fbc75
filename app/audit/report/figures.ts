import { formatMoney, type MonthlyMoney } from "~/billing/money";
import { pluralize } from "~/billing/words/counts";
import type { AuditReport } from "./report";

/** "$1,940 and ¥3,000 a month", never added across currencies; null for nothing. */
export function formatMonthly(amounts: readonly MonthlyMoney[]): string | null {
  if (amounts.length === 0) return null;
  const all = amounts.map(({ perMonth, currency }) => formatMoney(perMonth, currency));
  return `${new Intl.ListFormat("en-GB", { type: "conjunction" }).format(all)} a month`;
}

/** One line of the summary: what, how many, and the money behind it. */
export type Figure = { title: string; count: number; money: string | null };

/** What a reader wants to know first; what is 0 is said, too. */
export function listFigures(report: AuditReport): Figure[] {
  const { verdicts, money, payers } = report;
  const count = (...names: string[]) =>
    verdicts.reduce((sum, { verdict, users }) => (names.includes(verdict) ? sum + users : sum), 0);
  return [
    { title: "Paid and locked out", count: count("locked_out"), money: formatMonthly(money.lockedOut) },
    { title: "Access without paying", count: count("unpaid_access"), money: formatMonthly(money.leaking) },
    { title: "Payers that no user claims", count: payers.length, money: formatMonthly(money.unclaimed) },
    { title: "Plans that differ", count: count("plan_mismatch", "access_mismatch"), money: null },
    { title: "Prices without a plan", count: count("unmapped_price"), money: formatMonthly(money.unmapped) },
    {
      title: "A person must decide",
      count: count("link_conflict", "missing_in_stripe", "unknown_status", "possible_match"),
      money: null,
    },
    {
      title: "Status and details that differ",
      count: count("status_mismatch", "detail_mismatch"),
      money: null,
    },
    { title: "Not checked", count: count("not_checked"), money: null },
  ];
}

/** The whole result in one sentence. */
export function summarize(report: AuditReport): string {
  const { owners, users, payers, isWrong } = report;
  if (!isWrong) return `All ${pluralize(owners, "owner")} agree with Stripe, and each payer belongs to one.`;
  const wrong = users.filter(({ verdict }) => verdict !== "not_checked").length;
  const others = [
    ...(payers.length > 0
      ? [`${pluralize(payers.length, "payer belongs", "payers belong")} to no owner`]
      : []),
    ...(wrong < users.length ? [`${pluralize(users.length - wrong, "owner")} could not be checked`] : []),
  ];
  return `${[`${pluralize(wrong, "owner")} of ${owners.toLocaleString("en-US")} ${wrong === 1 ? "differs" : "differ"} from Stripe`, ...others].join("; ")}.`;
}
