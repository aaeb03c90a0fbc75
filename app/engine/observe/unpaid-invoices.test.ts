import { expect, it } from "vitest";
import { parseInvoice, type ReadInvoice } from "~/stripe/reads/invoice";
import { findOwedSince, findUnpaidSince } from "./unpaid-since";

const NOW = 1_000;

function invoice(status: string, payableSince: number | null, fields: object = {}): ReadInvoice {
  const found = parseInvoice({
    ...{
      id: `in_${payableSince}`,
      status,
      due_date: null,
      billing_reason: "subscription_cycle",
      amount_due: 500,
    },
    ...{ status_transitions: { finalized_at: payableSince }, ...fields },
  });
  if (found === null) throw new Error("It was not read");
  return found;
}
const since = (...newestFirst: ReadInvoice[]) => findUnpaidSince(newestFirst, NOW);

it("an invoice is unpaid since its due date, else since its finalization, and not before that", () => {
  expect(since(invoice("open", 100, { due_date: 200 }))).toBe(200);
  expect(since(invoice("open", 100))).toBe(100);
  expect(since(invoice("open", 100, { due_date: NOW + 1 }))).toBeNull();
  expect(since(invoice("open", NOW))).toBe(NOW);
});

it("a new unpaid invoice does not begin a new spell: the oldest one after the last payment counts", () => {
  expect(since(invoice("open", 900), invoice("open", 600), invoice("open", 300))).toBe(300);
  expect(since(invoice("open", 900), invoice("open", 600), invoice("paid", 300), invoice("open", 100))).toBe(
    600,
  );
  expect(
    since(invoice("draft", null), invoice("open", NOW + 30), invoice("open", 700), invoice("paid", 1)),
  ).toBe(700);
});

it("one that will never be collected is still not paid; a void one or a draft is as if it were not there", () => {
  expect(since(invoice("uncollectible", 500))).toBe(500);
  expect(since(invoice("open", 900), invoice("uncollectible", 500), invoice("paid", 1))).toBe(500);
  expect(since(invoice("open", 900), invoice("void", 500), invoice("paid", 1))).toBe(900);
  expect(since(invoice("void", 900), invoice("open", 500), invoice("paid", 1))).toBe(500);
});

it("an invoice that a person made for something else counts neither way", () => {
  const manual = { billing_reason: "manual" };
  expect(since(invoice("open", 900), invoice("open", 100, manual), invoice("paid", 50))).toBe(900);
  expect(since(invoice("open", 900), invoice("paid", 800, manual), invoice("open", 600))).toBe(600);
});

it("a period that cost nothing is paid; a change of the plan with nothing to pay is no payment", () => {
  expect(since(invoice("open", 900), invoice("paid", 800, { amount_due: 0 }), invoice("open", 600))).toBe(
    900,
  );
  const change = { amount_due: 0, billing_reason: "subscription_update" };
  expect(since(invoice("open", 900), invoice("paid", 800, change), invoice("open", 600))).toBe(600);
  expect(
    since(invoice("open", 900), invoice("paid", 800, { ...change, amount_due: 5 }), invoice("open", 600)),
  ).toBe(900);
});

it("what was paid last did not end a spell that goes on", () => {
  expect(since(invoice("paid", 900), invoice("open", 500), invoice("paid", 100))).toBe(500);
  expect(since(invoice("paid", 900), invoice("paid", 500))).toBeNull();
  expect(since(invoice("open", NOW + 5), invoice("paid", 500), invoice("open", 100))).toBeNull();
});

it("the latest invoice alone says something only while it is owed", () => {
  expect(findOwedSince(invoice("open", 100), NOW)).toBe(100);
  expect(findOwedSince(invoice("uncollectible", 100), NOW)).toBe(100);
  for (const status of ["draft", "void", "paid"])
    expect(findOwedSince(invoice(status, 100), NOW), status).toBeNull();
  expect(findOwedSince(invoice("open", 100, { billing_reason: "manual" }), NOW)).toBeNull();
  expect(parseInvoice({ id: "in_1", status: 7 })).toBeNull();
});
