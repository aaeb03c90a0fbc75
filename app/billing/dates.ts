import type { EpochSeconds } from "./observation";

const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** `2 Nov 2026`, in UTC: the same text for all readers. */
export function formatDay(at: EpochSeconds): string {
  return DAY.format(new Date(at * 1000));
}
