import { formatMoney } from "~/billing/money";
import { VERDICT_CATALOGUE, type Verdict } from "~/billing/verdicts/catalogue";
import { SEVERITY_WORD } from "~/billing/verdicts/severity";
import { formatCount } from "~/billing/words/counts";
import type { Stake } from "~/dashboard/account-facts.server";
import { formatAgo, formatMoment } from "~/ui/format/relative-time";
import { chooseTone } from "~/ui/status/tone";
import { capitalize } from "~/ui/status/words";
import type { Cell } from "./layout";

/** "● Locked out", in its colour. */
export function toVerdictCell(verdict: Verdict): Cell {
  const { shape } = SEVERITY_WORD[VERDICT_CATALOGUE[verdict].severity];
  return { text: `${shape} ${VERDICT_CATALOGUE[verdict].label}`, tone: chooseTone(verdict) };
}

export const toNumberCell = (value: number): Cell => ({ text: formatCount(value), right: true });

/** "3 min ago (23 Nov 2026, 19:40 UTC)"; "never" when there is no time. */
export function formatTime(at: number | null, now: number): string {
  return at === null ? "never" : `${formatAgo(at, now)} (${formatMoment(at, "UTC")})`;
}

/** "$1,940 and ¥3,000 a month", never summed across currencies; null for nothing. */
export function formatStakes(stakes: readonly Pick<Stake, "perMonth" | "currency">[]): string | null {
  if (stakes.length === 0) return null;
  const amounts = stakes.map(({ perMonth, currency }) => formatMoney(perMonth, currency));
  return `${new Intl.ListFormat("en-GB", { type: "conjunction" }).format(amounts)} a month`;
}

export const sentence = (text: string) => capitalize(/[.!?]$/.test(text) ? text : `${text}.`);
