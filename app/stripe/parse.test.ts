import { describe, expect, it } from "vitest";
import { parseCustomer, parseSubscription, UNREADABLE_STATUS } from "./parse";

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

  it("with an unknown status keeps it: Stripe's list is open", () => {
    expect(parseSubscription({ ...object, status: "dozing" })?.subscription.status).toBe("dozing");
  });

  it.each([
    ["an item without a price", { items: { data: [{ id: "si_1" }], has_more: false } }],
    [
      "an amount of half a cent",
      { items: { data: [{ ...item, price: { ...item.price, unit_amount: 0.5 } }], has_more: false } },
    ],
    ["a date beyond the calendar", { cancel_at: 1e15 }],
    ["no items at all", { items: undefined }],
  ])("with %s is unreadable, and keeps its user", (_, odd) => {
    expect(parseSubscription({ ...object, ...odd })).toMatchObject({
      subscription: { id: "sub_1", customerId: "cus_1", status: UNREADABLE_STATUS, metadataUserId: "ada" },
    });
  });

  it("that is unreadable still has its customer", () => {
    const customer = { id: "cus_1", email: "ada@example.com", metadata: { userId: "ada" } };
    expect(parseSubscription({ ...object, items: null, customer })?.customer).toMatchObject({
      email: "ada@example.com",
      metadataUserId: "ada",
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
      metadataUserId: null,
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
