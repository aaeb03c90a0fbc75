import { formatMonthly, listFigures, summarize } from "~/audit/report/figures";
import { type AuditedPayer, type AuditedUser, type AuditReport, listGroups } from "~/audit/report/report";
import { formatDay } from "~/billing/dates";
import { formatMoney } from "~/billing/money";
import { formatCount, pluralize } from "~/billing/words/counts";
import type { Line } from "~/cli/layout";
import { toNumberCell, toVerdictCell } from "~/cli/words";

const MOST = 20;

/** The report for a terminal: the summary first, then who and why, the worst first. */
export function toReportLines(report: AuditReport): Line[] {
  const { source, account, mode, payers, unmappedPrices, notChecked, notes } = report;
  return [
    `${source}, compared with Stripe account ${account ?? "not known"} (${mode}). Nothing was changed.`,
    summarize(report),
    "",
    ...listFigures(report).map(({ title, count, money }): Line => [title, toNumberCell(count), money ?? ""]),
    ...listGroups(report).flatMap(({ title, users }) => [
      "",
      `${title}:`,
      ...users.slice(0, MOST).flatMap(toUserLines),
      ...listLeft(users.length),
    ]),
    ...(payers.length > 0
      ? [
          "",
          "Payers that no user claims:",
          ...payers.slice(0, MOST).map(toPayerLine),
          ...listLeft(payers.length),
        ]
      : []),
    ...(unmappedPrices.length > 0
      ? [
          "",
          "Which prices have no plan:",
          ...unmappedPrices.map(
            ({ priceId, users, perMonth }): Line => [
              `  ${priceId}`,
              pluralize(users, "owner"),
              formatMonthly(perMonth) ?? "",
            ],
          ),
        ]
      : []),
    ...list("What could not be checked:", notChecked),
    ...list("How the data was understood:", notes),
  ];
}

const list = (title: string, lines: readonly string[]): Line[] =>
  lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];

const listLeft = (count: number): Line[] =>
  count > MOST ? [`  … and ${formatCount(count - MOST)} more: --csv FILE or --html FILE has them.`] : [];

const toUserLines = (user: AuditedUser): Line[] => [
  [
    "  ",
    toVerdictCell(user.verdict),
    user.email ?? user.id,
    user.customerId ?? "",
    user.perMonth === null || user.currency === null
      ? ""
      : `${formatMoney(user.perMonth, user.currency)} a month`,
  ],
  `      ${user.why}${user.differs.length > 0 ? ` (${user.differs.join("; ")})` : ""}`,
];

const toPayerLine = ({ customerId, email, perMonth, since, mayBe }: AuditedPayer): Line => [
  `  ${customerId}`,
  email ?? "",
  formatMonthly(perMonth) ?? "",
  `since ${formatDay(since)}`,
  mayBe.length > 0 ? `may be ${mayBe.join(", ")}` : "",
];
