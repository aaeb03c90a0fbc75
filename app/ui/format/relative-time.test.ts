import { describe, expect, it } from "vitest";
import { formatAgo, formatDay, formatLength, formatMoment } from "./relative-time";

const now = Date.UTC(2026, 10, 23, 12) / 1000;

describe("relative times", () => {
  it.each([
    [0, "0 s"],
    [59, "59 s"],
    [60, "1 min"],
    [59 * 60, "59 min"],
    [3590, "1 h"],
    [23 * 3600, "23 h"],
    [86400, "1 day"],
    [21 * 86400, "21 days"],
    [90 * 86400, "3 months"],
    [1000 * 86400, "3 years"],
  ])("show %i seconds as %s", (seconds, words) => {
    expect(formatLength(seconds)).toBe(words);
  });

  it("say whether a time is in the past or in the future", () => {
    expect(formatAgo(now - 180, now)).toBe("3 min ago");
    expect(formatAgo(now + 7200, now)).toBe("in 2 h");
    expect(formatAgo(now - 10, now)).toBe("just now");
  });

  it("show the year only if it is not the current one", () => {
    expect(formatDay(Date.UTC(2026, 10, 2) / 1000, now)).toBe("2 Nov");
    expect(formatDay(Date.UTC(2025, 10, 2) / 1000, now)).toBe("2 Nov 2025");
  });

  it("show the time zone of a date and time", () => {
    expect(formatMoment(now, "UTC")).toBe("23 Nov 2026, 12:00 UTC");
  });
});
