const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** A relative time in its largest unit: `just now`, `3 min ago`, `in 2 h`. Both arguments are in epoch seconds. */
export function formatAgo(at: number, now: number): string {
  const seconds = now - at;
  if (Math.abs(seconds) < 45) return "just now";
  const length = formatLength(Math.abs(seconds));
  return seconds > 0 ? `${length} ago` : `in ${length}`;
}

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

/** Date and time: `2 Nov 2026, 14:02 UTC`. With `local`, in the browser's time zone. */
export function formatMoment(at: number, zone: "UTC" | "local"): string {
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
    ...(zone === "UTC" ? { timeZone: "UTC" } : {}),
  }).format(new Date(at * 1000));
}

/** A date: `2 Nov`, with the year if it is not the current year. */
export function formatDay(at: number, now: number): string {
  const year = (epoch: number) => new Date(epoch * 1000).getUTCFullYear();
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    timeZone: "UTC",
    ...(year(at) === year(now) ? {} : { year: "numeric" }),
  }).format(new Date(at * 1000));
}
