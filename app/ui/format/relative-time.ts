import { formatLength } from "~/billing/words/length";

export { formatLength };

/** A relative time in its largest unit: `just now`, `3 min ago`, `in 2 h`. Both arguments are in epoch seconds. */
export function formatAgo(at: number, now: number): string {
  const seconds = now - at;
  if (Math.abs(seconds) < 45) return "just now";
  const length = formatLength(Math.abs(seconds));
  return seconds > 0 ? `${length} ago` : `in ${length}`;
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
