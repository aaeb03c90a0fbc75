import { formatMoney } from "~/billing/money";
import { SEVERITY_OF, type Verdict } from "~/billing/verdicts";
import { SEVERITY_WORD } from "~/billing/words/sentence";
import type { Stake } from "~/dashboard/views";
import { formatAgo, formatMoment } from "~/ui/format/relative-time";
import { toneOf } from "~/ui/status/tone";
import { capital, VERDICT_WORDS } from "~/ui/status/words";
import type { Cell } from "./layout";

/** "● paid, not recorded", in its colour. */
export function verdictCell(verdict: Verdict): Cell {
  const { shape } = SEVERITY_WORD[SEVERITY_OF[verdict]];
  return { text: `${shape} ${VERDICT_WORDS[verdict]}`, tone: toneOf(verdict) };
}

export const numberCell = (value: number): Cell => ({ text: value.toLocaleString("en-US"), right: true });

/** "3 min ago (23 Nov 2026, 19:40 UTC)"; "never" when there is no time. */
export function moment(at: number | null, now: number): string {
  return at === null ? "never" : `${formatAgo(at, now)} (${formatMoment(at, "UTC")})`;
}

/** "$1,940 and ¥3,000 a month", never summed across currencies; null for nothing. */
export function stakesInWords(stakes: readonly Stake[]): string | null {
  if (stakes.length === 0) return null;
  const amounts = stakes.map(({ perMonth, currency }) => formatMoney(perMonth, currency));
  return `${new Intl.ListFormat("en-GB", { type: "conjunction" }).format(amounts)} a month`;
}

export const sentence = (text: string) => capital(/[.!?]$/.test(text) ? text : `${text}.`);
