import { describe, expect, it } from "vitest";
import { parseCustomer, parseSubscription, UNREADABLE_STATUS } from "./parse";
import { parsePriceAmounts } from "./price";

const item = {
  id: "si_1",
  quantity: 2,
  current_period_start: 1_700_000_000,
  current_period_end: 1_702_000_000,
  price: {
    id: "price_1",
    lookup_key: null,
    unit_amount: 2_000,
    currency: "usd",
    recurring: { interval: "month", interval_count: 1 },
  },
};
const object = {
  id: "sub_1",
  customer: "cus_1",
  status: "active",
  created: 1_700_000_000,
  start_date: 1_700_000_000,
  cancel_at_period_end: false,
  metadata: { userId: "ada" },
  items: { data: [item], has_more: false },
};

describe("a subscription", () => {
  it("has the period of its items, or of the subscription in old API versions", () => {
    const { current_period_start: _, current_period_end: __, ...old } = item;
    const before2025 = {
      ...object,
      current_period_start: 1_600_000_000,
      current_period_end: 1_600_000_100,
      items: { data: [old], has_more: false },
    };
    expect(parseSubscription(object)?.subscription.items[0]).toMatchObject({ periodEnd: 1_702_000_000 });
    expect(parseSubscription(before2025)?.subscription.items[0]).toMatchObject({ periodEnd: 1_600_000_100 });
  });

  it.each<[string, object, true | undefined]>([
    ["on it", { discounts: ["di_1"] }, true],
    ["on it, in old API versions", { discount: { id: "di_1" } }, true],
    ["on its item", { items: { data: [{ ...item, discounts: ["di_1"] }], has_more: false } }, true],
    ["on its customer", { customer: { id: "cus_1", discount: { id: "di_1" } } }, true],
    ["nowhere", { discounts: [], discount: null, customer: { id: "cus_1", discount: null } }, undefined],
    ["of an odd shape", { discounts: "none" }, undefined],
  ])("says whether less is paid than the price says: a discount %s", (_, odd, isDiscounted) => {
    expect(parseSubscription({ ...object, ...odd })?.subscription.items[0]?.isDiscounted).toBe(isDiscounted);
  });

  it("with an unknown status keeps it: Stripe's list is open", () => {
    expect(parseSubscription({ ...object, status: "dozing" })?.subscription.status).toBe("dozing");
  });

  it.each([
    ["an item without a price", { items: { data: [{ id: "si_1" }], has_more: false } }],
    ["half a unit", { items: { data: [{ ...item, quantity: 0.5 }], has_more: false } }],
    ["a date beyond the calendar", { cancel_at: 1e15 }],
    ["no items at all", { items: undefined }],
  ])("with %s is unreadable, and keeps its user", (_, odd) => {
    expect(parseSubscription({ ...object, ...odd })).toMatchObject({
      subscription: {
        id: "sub_1",
        customerId: "cus_1",
        status: UNREADABLE_STATUS,
        metadata: { userId: "ada" },
      },
    });
  });

  it.each([
    ["an amount of half a cent", { unit_amount: 0.5 }, "unknown"],
    ["an amount beyond all numbers", { unit_amount: null, unit_amount_decimal: "9".repeat(39) }, "unknown"],
    ["an amount that is a word", { unit_amount: "2000" }, "unknown"],
    ["packages of nothing", { transform_quantity: { divide_by: 0, round: "up" } }, "unknown"],
    [
      "packages that are rounded otherwise",
      { transform_quantity: { divide_by: 5, round: "bank" } },
      "unknown",
    ],
    ["a product that is a number", { product: 7 }, undefined],
    ["a lookup key that is a list", { lookup_key: ["army"] }, undefined],
  ])("whose price has %s gives what it gives, with no amount that would be wrong", (_, odd, kind) => {
    const items = { data: [{ ...item, price: { ...item.price, ...odd } }], has_more: false };
    const read = parseSubscription({ ...object, items })?.subscription;
    expect(read).toMatchObject({ status: "active", items: [{ priceId: "price_1", quantity: 2 }] });
    expect(read?.items[0]?.pricing?.kind).toBe(kind);
  });

  it.each([
    ["latest_invoice", 7],
    ["test_clock", { id: null }],
    ["current_period_end", -1],
    ["metadata", { userId: "ada", seats: 5, plan: null }],
  ])("with %s of another shape is read without it", (name, odd) => {
    expect(parseSubscription({ ...object, [name]: odd })?.subscription).toMatchObject({
      status: "active",
      metadata: { userId: "ada" },
    });
  });

  it("whose customer has a blank for an address has a customer without one", () => {
    for (const email of ["", " ", "\t"])
      expect(parseCustomer({ id: "cus_1", email })).toMatchObject({ email: null });
  });

  it("that is unreadable still has its customer", () => {
    const customer = { id: "cus_1", email: "ada@example.com", metadata: { userId: "ada" } };
    expect(parseSubscription({ ...object, items: null, customer })?.customer).toMatchObject({
      email: "ada@example.com",
      metadata: { userId: "ada" },
    });
  });

  it("without a customer is not read at all", () => {
    expect(parseSubscription({ ...object, customer: null })).toBeNull();
    expect(parseSubscription("sub_1")).toBeNull();
  });
});

describe("a customer", () => {
  it("who is deleted has neither address nor metadata", () => {
    expect(parseCustomer({ id: "cus_1", object: "customer", deleted: true })).toMatchObject({
      state: "deleted",
      email: null,
      metadata: {},
    });
  });

  it("has only text that PostgreSQL can store", () => {
    expect(parseCustomer({ id: "cus_1", name: "A\u0000da \ud800", email: null, metadata: {} })).toMatchObject(
      {
        name: "A\u{fffd}da \u{fffd}",
      },
    );
  });
});

describe("the price of an item", () => {
  const parse = (price: object, changes: object = {}) =>
    parseSubscription({
      ...object,
      items: { data: [{ ...item, price: { ...item.price, ...price } }], has_more: false },
      ...changes,
    })?.subscription.items[0];

  it("of half a cent is read exactly, from a text or from the SDK's object", () => {
    expect(parse({ unit_amount: null, unit_amount_decimal: "0.5" })).toMatchObject({ unitAmount: 0.5 });
    const decimal = { toString: () => "0.5" };
    expect(parse({ unit_amount: null, unit_amount_decimal: decimal })).toMatchObject({ unitAmount: 0.5 });
  });

  it("that is paid by use has no amount and no quantity (case 9)", () => {
    const metered = { interval: "month", interval_count: 1, usage_type: "metered" };
    for (const amount of [{ unit_amount: 10 }, { unit_amount: null, unit_amount_decimal: "0.5" }])
      expect(parse({ ...amount, recurring: metered })).toMatchObject({
        unitAmount: null,
        pricing: { kind: "metered" },
        quantity: 1,
      });
  });

  it("in tiers or in packages is not the price of one unit", () => {
    expect(parse({ unit_amount: null, billing_scheme: "tiered", tiers_mode: "volume" })).toMatchObject({
      unitAmount: null,
      pricing: { kind: "tiered" },
    });
    expect(parse({ transform_quantity: { divide_by: 5, round: "up" } })).toMatchObject({
      unitAmount: null,
      pricing: { kind: "package", amount: 2_000, size: 5, round: "up" },
    });
  });

  it("in another currency than its subscription is not known, and never its own (case 8)", () => {
    expect(parse({}, { currency: "eur" })).toMatchObject({
      currency: "eur",
      priceCurrency: "usd",
      unitAmount: null,
      pricing: { kind: "unknown" },
    });
    expect(parse({}, { currency: "usd" })).toMatchObject({ currency: "usd", unitAmount: 2_000 });
  });

  it("has the product's id, also of an expanded product; older API versions may leave it out", () => {
    expect(parse({ product: "prod_1" })?.productId).toBe("prod_1");
    expect(parse({ product: { id: "prod_1", object: "product" } })?.productId).toBe("prod_1");
    expect(parse({})?.productId).toBeNull();
  });
});

describe("a price with its currencies", () => {
  it("has an amount in each of them, also below a cent, and none where Stripe gives none", () => {
    const price = {
      ...item.price,
      currency_options: {
        usd: { unit_amount: 2_000 },
        eur: { unit_amount: 1_850 },
        gbp: { unit_amount: null, unit_amount_decimal: "1500.5" },
        jpy: { unit_amount: null, tiers: [{}] },
      },
    };
    expect(parsePriceAmounts(price)).toEqual({
      usd: { unitAmount: 2_000 },
      eur: { unitAmount: 1_850 },
      gbp: { unitAmount: 1_500.5 },
      jpy: { unitAmount: null, pricing: { kind: "tiered" } },
    });
    expect(parsePriceAmounts(item.price)).toEqual({ usd: { unitAmount: 2_000 } });
  });
});
