import type { AuditReport } from "~/audit/report/report";
import { VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";
import { formatCsvLine } from "~/http/csv-line";

const HEADER = [
  ...["verdict", "user_id", "email", "customer_id", "subscription_id", "since", "per_month", "currency"],
  ...["why", "differs"],
];

/** A line for each user who differs and each payer that no user claims. Amounts are in the smallest unit of the currency. */
export function formatReportCsv({ users, payers }: AuditReport): string {
  const lines = [
    ...users.map((user) => [
      ...[VERDICT_CATALOGUE[user.verdict].label, user.id, user.email ?? "", user.customerId ?? ""],
      ...[user.subscriptionId ?? "", toDay(user.since), String(user.perMonth ?? ""), user.currency ?? ""],
      ...[user.why, user.differs.join("; ")],
    ]),
    ...payers.flatMap(({ customerId, email, subscriptionIds, since, perMonth, mayBe }) =>
      (perMonth.length > 0 ? perMonth : [null]).map((money) => [
        ...["Claimed by no user", "", email ?? "", customerId, subscriptionIds.join(" "), toDay(since)],
        ...[String(money?.perMonth ?? ""), money?.currency ?? ""],
        mayBe.length > 0 ? `May be ${mayBe.join(", ")}` : "",
        "",
      ]),
    ),
  ];
  return [HEADER, ...lines].map(formatCsvLine).join("");
}

const toDay = (at: number | null) => (at === null ? "" : new Date(at * 1000).toISOString().slice(0, 10));
