import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findPeriod } from "./periods";

const at = (text: string) => Date.parse(`${text}Z`) / 1000;
const MONTHLY = { interval: "month" as const, interval_count: 1 };

describe("periods", () => {
  it("begin on the day of the anchor, or on the last day of a shorter month", () => {
    const anchor = at("2026-01-31T10:00:00");
    expect(findPeriod(anchor, MONTHLY, at("2026-03-01T00:00:00"))).toEqual({
      start: at("2026-02-28T10:00:00"),
      end: at("2026-03-31T10:00:00"),
    });
  });

  it("can be a year, a week or several days long", () => {
    const anchor = at("2024-02-29T00:00:00");
    const yearly = findPeriod(anchor, { interval: "year", interval_count: 1 }, at("2025-06-01T00:00:00"));
    expect(yearly).toEqual({ start: at("2025-02-28T00:00:00"), end: at("2026-02-28T00:00:00") });
    const weeks = findPeriod(anchor, { interval: "week", interval_count: 2 }, anchor + 20 * 86_400);
    expect(weeks).toEqual({ start: anchor + 14 * 86_400, end: anchor + 28 * 86_400 });
  });

  it("contain the given time, for any time after the anchor", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_500_000_000, max: 1_800_000_000 }),
        fc.constantFrom("day" as const, "week" as const, "month" as const, "year" as const),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 200_000_000 }),
        (anchor, interval, interval_count, later) => {
          const { start, end } = findPeriod(anchor, { interval, interval_count }, anchor + later);
          expect(start).toBeLessThanOrEqual(anchor + later);
          expect(end).toBeGreaterThan(anchor + later);
        },
      ),
    );
  });
});
