/** A range of days (UTC): `from` is in it, `to` is not. */
export type DayRange = { from: string; to: string };

/** What was found and repaired in a day or a week. */
export type TrendPart = DayRange & {
  /** Repairs, without those that were taken back. */
  repaired: number;
  /** Mismatches that are still open and were found, or changed last, in this time. */
  open: number;
  /** Runs over the whole account that finished: without one, what differed was not looked for. */
  runs: number;
  /** Parity was not here yet: nothing is known. */
  isBefore: boolean;
};

export const TREND_STEPS = ["week", "day"] as const;
export type TrendStep = (typeof TREND_STEPS)[number];

export type Trend = { step: TrendStep; parts: TrendPart[] };

/** Found: what was repaired, and what is still open. */
export const countFound = ({ repaired, open }: Pick<TrendPart, "repaired" | "open">): number =>
  repaired + open;

const DAY_MS = 86_400_000;

/** The day after so many days, as `2026-11-30`; empty when it is no day. */
export function addDays(day: string, days: number): string {
  const at = Date.parse(`${day}T00:00:00Z`) + days * DAY_MS;
  return Number.isNaN(at) ? "" : new Date(at).toISOString().slice(0, 10);
}

/** How many parts are shown, and the days of each. */
const LENGTHS: Record<TrendStep, { parts: number; days: number }> = {
  week: { parts: 12, days: 7 },
  day: { parts: 28, days: 1 },
};

/** The days or weeks up to today, the oldest first. Weeks begin on Monday. */
export function listRanges(step: TrendStep, today: string): DayRange[] {
  const { parts, days } = LENGTHS[step];
  const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;
  const last = step === "week" ? addDays(today, -weekday) : today;
  return Array.from({ length: parts }, (_, index) => {
    const from = addDays(last, (index - parts + 1) * days);
    return { from, to: addDays(from, days) };
  });
}
