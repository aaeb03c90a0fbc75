import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computeMonthlyAmount, formatMoney, formatPrice, formatTotalPrice, toPriceView } from "./money";
import { PATIENT, withRuns } from "./testing/arbitraries";
import { anArmyItem, aStarterItem } from "./testing/observations";

describe("an amount per month", () => {
  it.each([
    ["month", 1, 2_000, 2_000],
    ["month", 3, 6_000, 2_000],
    ["month", 6, 6_000, 1_000],
    ["year", 1, 20_000, 1_667],
    ["year", 2, 48_000, 2_000],
    ["week", 1, 1_200, 5_200],
    ["week", 2, 1_200, 2_600],
    ["day", 1, 120, 3_650],
    ["day", 30, 12_000, 12_167],
  ] as const)("of a price every %s × %i of %i is %i", (interval, intervalCount, unitAmount, perMonth) => {
    const item = aStarterItem({ interval, intervalCount, unitAmount });
    expect(computeMonthlyAmount(item)).toEqual({ perMonth, currency: "usd" });
  });

  it("counts the quantity, and rounds once", () => {
    expect(computeMonthlyAmount(anArmyItem({ quantity: 3 }))?.perMonth).toBe(5_000);
    expect(computeMonthlyAmount(aStarterItem({ quantity: 0 }))?.perMonth).toBe(0);
  });

  it("keeps the currency", () => {
    expect(computeMonthlyAmount(aStarterItem({ currency: "eur" }))).toEqual({
      perMonth: 2_000,
      currency: "eur",
    });
  });

  it("is not known of a tiered price, nor of one that does not recur", () => {
    expect(computeMonthlyAmount(aStarterItem({ unitAmount: null }))).toBeNull();
    expect(computeMonthlyAmount(aStarterItem({ interval: null }))).toBeNull();
  });

  it("is not known of a metered price, nor in a currency that Stripe has not said (cases 8 and 9)", () => {
    for (const kind of ["metered", "tiered", "unknown"] as const)
      expect(computeMonthlyAmount(aStarterItem({ unitAmount: 10, pricing: { kind } }))).toBeNull();
  });

  it("is not known where all units cost more than can be computed with exactly", () => {
    const item = aStarterItem({ unitAmount: 999_999_999_999, quantity: 2_000_000_000 });
    expect(computeMonthlyAmount(item)).toBeNull();
    expect(formatTotalPrice(toPriceView(item))).toBe("price in USD that is not known");
    const pricing = { kind: "package", amount: 999_999_999_999, size: 1, round: "up" } as const;
    expect(computeMonthlyAmount({ ...item, unitAmount: null, pricing })).toBeNull();
  });

  it("of packages counts whole packages", () => {
    const pricing = { kind: "package", amount: 1_000, size: 5, round: "up" } as const;
    const monthly = (quantity: number, round: "up" | "down") =>
      computeMonthlyAmount(aStarterItem({ unitAmount: null, quantity, pricing: { ...pricing, round } }))
        ?.perMonth;
    expect([monthly(1, "up"), monthly(5, "up"), monthly(6, "up")]).toEqual([1_000, 1_000, 2_000]);
    expect([monthly(4, "down"), monthly(5, "down"), monthly(9, "down")]).toEqual([0, 1_000, 1_000]);
  });

  it("of less than the smallest coin is added up before it is rounded", () => {
    expect(computeMonthlyAmount(aStarterItem({ unitAmount: 0.5, quantity: 1_001 }))?.perMonth).toBe(501);
  });

  it("is that of an independent model, for any price", PATIENT, () => {
    const prices = fc.record({
      unitAmount: fc.integer({ min: 0, max: 100_000_000 }),
      quantity: fc.integer({ min: 0, max: 10_000 }),
      interval: fc.constantFrom("day", "week", "month", "year"),
      intervalCount: fc.integer({ min: 1, max: 36 }),
      currency: fc.constantFrom("usd", "eur", "jpy", "kwd"),
    });
    // In fractions of whole numbers: twelfths of a year.
    const perYear = { day: 365n, week: 52n, month: 12n, year: 1n };
    fc.assert(
      fc.property(prices, (price) => {
        const numerator = BigInt(price.unitAmount) * BigInt(price.quantity) * perYear[price.interval];
        const denominator = 12n * BigInt(price.intervalCount);
        const rounded = (2n * numerator + denominator) / (2n * denominator);
        expect(computeMonthlyAmount(aStarterItem(price))).toEqual({
          perMonth: Number(rounded),
          currency: price.currency,
        });
      }),
      withRuns(500),
    );
  });
});

describe("money in words", () => {
  it.each([
    [2_000, "usd", "$20"],
    [2_050, "usd", "$20.50"],
    [5, "usd", "$0.05"],
    [0, "usd", "$0"],
    [123_456_700, "usd", "$1,234,567"],
    [1_999, "eur", "€19.99"],
    [2_000, "cad", "CA$20"],
    [2_000, "jpy", "¥2,000"],
    [2_000, "krw", "₩2,000"],
    [12_340, "kwd", "KWD 12.340"],
    [0.5, "usd", "$0.005"],
    [1.1, "usd", "$0.011"],
    [0.25, "jpy", "¥0.25"],
    [5, "kwd", "KWD 0.005"],
  ])("%i %s is %s", (amount, currency, text) => {
    expect(plain(formatMoney(amount, currency))).toBe(text);
  });

  it("follows Stripe's digits where the locale has others", () => {
    expect(plain(formatMoney(200_000, "huf"))).toBe("HUF 2,000");
    expect(plain(formatMoney(5_000_050, "idr"))).toBe("IDR 50,000.50");
    expect(plain(formatMoney(500, "isk"))).toBe("ISK 5");
    expect(plain(formatMoney(500, "ugx"))).toBe("UGX 5");
    expect(plain(formatMoney(500, "mga"))).toBe("MGA 500");
  });

  it("shows an unknown currency unchanged", () => {
    expect(formatMoney(2_000, "credits")).toBe("2000 CREDITS");
    expect(formatMoney(2_000, "")).toBe("2000");
  });
});

describe("a price in words", () => {
  it("of all units counts them, and of packages says their size", () => {
    expect(
      formatTotalPrice(toPriceView(aStarterItem({ quantity: 3, interval: "week", intervalCount: 2 }))),
    ).toBe("$60/2 weeks");
    const packages = aStarterItem({
      unitAmount: null,
      quantity: 7,
      pricing: { kind: "package", amount: 1_000, size: 5, round: "up" },
    });
    expect(formatPrice(packages)).toBe("$10 per 5/month");
    expect(formatTotalPrice(toPriceView(packages))).toBe("$20/month");
  });

  it("has its currency and its interval", () => {
    expect(formatPrice(anArmyItem())).toBe("$200/year");
    expect(formatPrice(aStarterItem({ currency: "eur" }))).toBe("€20/month");
  });

  it("of several intervals has the right plural", () => {
    expect(formatPrice(aStarterItem({ unitAmount: 6_000, intervalCount: 3 }))).toBe("$60/3 months");
    expect(formatPrice({ unitAmount: 500, currency: "usd", interval: "week" })).toBe("$5/week");
  });

  it("says so when there is no single amount, or no interval", () => {
    expect(formatPrice(aStarterItem({ unitAmount: null }))).toBe("tiered price");
    expect(formatPrice(aStarterItem({ pricing: { kind: "metered" } }))).toBe("usage-based price");
    const unknown = aStarterItem({ unitAmount: null, currency: "eur", pricing: { kind: "unknown" } });
    expect(formatPrice(unknown)).toBe("price in EUR that is not known");
    expect(formatTotalPrice(toPriceView(unknown))).toBe("price in EUR that is not known");
    expect(formatPrice(aStarterItem({ interval: null }))).toBe("$20");
  });
});

/** Intl puts a no-break space between a code and its amount. */
const plain = (text: string) => text.replaceAll("\u00a0", " ");
