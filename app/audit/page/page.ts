import { formatDay } from "~/billing/dates";
import { formatMoney } from "~/billing/money";
import { VERDICT_CATALOGUE } from "~/billing/verdicts/catalogue";
import { SEVERITY_WORD } from "~/billing/verdicts/severity";
import { formatCount, pluralize } from "~/billing/words/counts";
import { formatMoment } from "~/ui/format/relative-time";
import { chooseTone } from "~/ui/status/tone";
import { type Figure, formatMonthly, listFigures, summarize } from "../report/figures";
import {
  type AuditedPayer,
  type AuditedUser,
  type AuditReport,
  listGroups,
  type UnmappedPrice,
} from "../report/report";
import { type Html, html, trusted } from "./html";
import { STYLE } from "./style";

/** Rows of one table; a page with more is too long to read, and the CSV file has them all. */
const MOST_ROWS = 1_000;

/** The report as one page that needs nothing else: no script, no font, no picture from anywhere. */
export function renderPage(report: AuditReport): string {
  const { source, account, mode, at, owners, payers, unmappedPrices, notChecked, notes, isMasked } = report;
  const title = `Stripe and ${source}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<p class="meta">${formatMoment(at, "UTC")} · ${pluralize(owners, "owner")} · Stripe account ${account ?? "not known"}, ${mode} · nothing was changed${isMasked ? " · addresses are masked" : ""}</p>
<p class="lead">${summarize(report)}</p>
<dl class="figures">${listFigures(report).map(renderFigure)}</dl>
</header>
${listGroups(report).map(renderGroup)}
${renderPayers(payers)}
${renderPrices(unmappedPrices)}
${renderList("What could not be checked", notChecked)}
${renderList("How the data was understood", notes)}
<footer>Made by parity audit. An arrow leads from what is recorded to what it should be. Amounts are list prices a month, before discounts and tax, and are never added across currencies. Times are UTC. ${pluralize(report.stripeRequests, "request")} to Stripe, all of them reads.</footer>
</main>
</body>
</html>
`.html;
}

const FIGURE_TONES: Record<string, string> = {
  "Paid and locked out": "critical",
  "Access without paying": "critical",
  "Payers that no user claims": "review",
  "Plans that differ": "high",
  "Prices without a plan": "review",
  "A person must decide": "review",
};

const renderFigure = ({ title, count, money }: Figure): Html => html`
<div class="${count === 0 ? "zero" : "some"}"><dt>${title}</dt><dd class="number ${count === 0 ? "" : (FIGURE_TONES[title] ?? "")}">${formatCount(count)}</dd><dd class="money">${money ?? ""}</dd></div>`;

const renderGroup = ({ title, users }: { title: string; users: AuditedUser[] }): Html => html`
<section>
<h2>${title} <span class="count">${formatCount(users.length)}</span></h2>
${renderTable(["Who", "What", "Why", "A month"], users.map(renderUser))}
</section>`;

function renderTable(columns: readonly string[], rows: readonly Html[]): Html {
  const shown = rows.slice(0, MOST_ROWS);
  const left = rows.length - shown.length;
  return html`<div class="scroll"><table><thead><tr>${columns.map((name) => html`<th scope="col" class="${name === "A month" ? "amount" : ""}">${name}</th>`)}</tr></thead><tbody>${shown}</tbody></table></div>
${left > 0 ? html`<p class="empty">${formatCount(left)} more are in the CSV file.</p>` : null}`;
}

function renderUser(user: AuditedUser): Html {
  const { verdict } = user;
  const { shape } = SEVERITY_WORD[VERDICT_CATALOGUE[verdict].severity];
  return html`<tr><td class="who">${user.email === null ? null : html`${user.email}<br>`}<code>${user.id}</code>${user.customerId === null ? null : html`<br><code>${user.customerId}</code>`}</td><td><span class="tone ${chooseTone(verdict)}">${shape} ${VERDICT_CATALOGUE[verdict].label}</span>${user.since === null ? null : html`<br><span class="quiet">since ${formatDay(user.since)}</span>`}</td><td class="why">${user.why}${user.differs.length === 0 ? null : html`<ul>${user.differs.map((one) => html`<li>${one}</li>`)}</ul>`}</td><td class="amount">${user.perMonth === null || user.currency === null ? "" : formatMoney(user.perMonth, user.currency)}</td></tr>`;
}

const renderPayers = (payers: readonly AuditedPayer[]): Html | null =>
  payers.length === 0
    ? null
    : html`<section>
<h2>Payers that no user claims <span class="count">${formatCount(payers.length)}</span></h2>
${renderTable(
  ["Customer", "Since", "May be", "A month"],
  payers.map(
    ({ customerId, email, subscriptionIds, since, mayBe, perMonth }) =>
      html`<tr><td class="who">${email === null ? null : html`${email}<br>`}<code>${customerId}</code>${subscriptionIds.map((id) => html`<br><code>${id}</code>`)}</td><td>${formatDay(since)}</td><td class="why">${mayBe.length === 0 ? html`<span class="quiet">Nothing in Stripe names a user, and no user has its address.</span>` : mayBe.join(", ")}</td><td class="amount">${perMonth.map((one) => formatMoney(one.perMonth, one.currency)).join(" + ")}</td></tr>`,
  ),
)}
</section>`;

const renderPrices = (prices: readonly UnmappedPrice[]): Html | null =>
  prices.length === 0
    ? null
    : html`<section>
<h2>Which prices have no plan <span class="count">${formatCount(prices.length)}</span></h2>
${renderTable(
  ["Price", "Paid by", "A month"],
  prices.map(
    ({ priceId, users, perMonth }) =>
      html`<tr><td class="who"><code>${priceId}</code></td><td>${pluralize(users, "owner")}</td><td class="amount">${formatMonthly(perMonth)?.replace(" a month", "") ?? ""}</td></tr>`,
  ),
)}
</section>`;

const renderList = (title: string, lines: readonly string[]): Html | null =>
  lines.length === 0
    ? null
    : html`<section><h2>${title}</h2><ul class="plain">${lines.map((line) => html`<li>${line}</li>`)}</ul></section>`;
