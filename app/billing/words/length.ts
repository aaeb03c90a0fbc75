const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** A duration, rounded to its largest unit: `40 s`, `12 min`, `5 h`, `21 days`, `4 months`. */
export function formatLength(seconds: number): string {
  if (seconds < MINUTE) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < HOUR - 30) return `${Math.round(seconds / MINUTE)} min`;
  if (seconds < DAY - HOUR / 2) return `${Math.round(seconds / HOUR)} h`;
  const days = Math.round(seconds / DAY);
  if (days < 60) return days === 1 ? "1 day" : `${days} days`;
  if (days < 730) return `${Math.round(days / 30.44)} months`;
  return `${Math.round(days / 365.25)} years`;
}
