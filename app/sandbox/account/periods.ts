import type { Interval } from "../store/records";

const DAY = 86_400;
const MONTHS: Partial<Record<Interval, number>> = { month: 1, year: 12 };

export interface Recurrence {
  interval: Interval;
  interval_count: number;
}

export const MONTHLY: Recurrence = { interval: "month", interval_count: 1 };

/** The billing period (epoch seconds) that contains `at`, for periods that begin at `anchor`. */
export function findPeriod(anchor: number, every: Recurrence, at: number): { start: number; end: number } {
  const months = MONTHS[every.interval];
  if (months === undefined) {
    const length = DAY * (every.interval === "week" ? 7 : 1) * every.interval_count;
    const start = anchor + Math.max(0, Math.floor((at - anchor) / length)) * length;
    return { start, end: start + length };
  }
  const step = months * every.interval_count;
  let periods = Math.max(0, Math.floor(countMonths(anchor, at) / step));
  while (periods > 0 && addMonths(anchor, periods * step) > at) periods -= 1;
  while (addMonths(anchor, (periods + 1) * step) <= at) periods += 1;
  return { start: addMonths(anchor, periods * step), end: addMonths(anchor, (periods + 1) * step) };
}

/** The same day of a later month, or the last day of a shorter month, as at Stripe. */
function addMonths(epochSeconds: number, months: number): number {
  const from = new Date(epochSeconds * 1000);
  const month = from.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(from.getUTCDate(), lastDay);
  const midnight = Date.UTC(from.getUTCFullYear(), month, day) / 1000;
  return midnight + (epochSeconds - Math.floor(epochSeconds / DAY) * DAY);
}

function countMonths(from: number, to: number): number {
  const start = new Date(from * 1000);
  const end = new Date(to * 1000);
  return (end.getUTCFullYear() - start.getUTCFullYear()) * 12 + end.getUTCMonth() - start.getUTCMonth();
}
