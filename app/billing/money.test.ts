import { describe, expect, it } from "vitest";
import { computeMonthlyAmount, formatMoney, formatPrice } from "./money";
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
    expect(formatPrice(aStarterItem({ interval: null }))).toBe("$20");
  });
});

/** Intl puts a no-break space between a code and its amount. */
const plain = (text: string) => text.replaceAll("\u00a0", " ");
