import { expect, it } from "vitest";
import { parseSubscription, type ReadInvoice, type ReadSubscription } from "~/stripe/parse";
import type { Answer } from "~/stripe/reader.server";
import { findUnpaidInvoices } from "./unpaid-invoices.server";

const OPTIONS = { priority: "background", deadlineMs: 1_000 } as const;

/** A past-due subscription with this latest invoice. */
function read(latest_invoice: unknown, status = "past_due"): ReadSubscription {
  const found = parseSubscription({
    ...{ id: "sub_1", customer: "cus_1", status, created: 1, start_date: 1, cancel_at_period_end: false },
    ...{ latest_invoice, items: { data: [], has_more: false } },
  });
  if (found === null) throw new Error("It was not read");
  return found;
}

/** What is found, and how often open invoices were asked for. */
async function find(one: ReadSubscription, open: ReadInvoice[] = []) {
  let asked = 0;
  const listOpenInvoices = () => {
    asked += 1;
    const answer: Answer<ReadInvoice[]> = {
      ...{ ok: true, value: open, started: 1, ended: 2, requestId: null, stripeTime: null },
    };
    return Promise.resolve(answer);
  };
  const [found = null] = await findUnpaidInvoices({ listOpenInvoices }, [one], OPTIONS);
  return { since: found?.unpaidSince ?? null, asked };
}

const invoice = (status: string, due_date: number | null, finalized_at: number | null) => ({
  ...{ id: "in_new", status, due_date, status_transitions: { finalized_at } },
});
const older: ReadInvoice = { id: "in_old", status: "open", payableSince: 50, paymentIds: [] };

it("case 6: an invoice is unpaid since its due date, else since its finalization", async () => {
  expect(await find(read(invoice("open", 200, 100)))).toEqual({ since: 200, asked: 0 });
  expect(await find(read(invoice("open", null, 100)))).toEqual({ since: 100, asked: 0 });
});

it.each(["draft", "void", "uncollectible", "paid"])(
  "case 6: when the latest invoice is %s, the newest open one counts",
  async (status) => {
    const latest = read(invoice(status, null, status === "draft" ? null : 100));
    expect(await find(latest, [older])).toEqual({ since: 50, asked: 1 });
    expect(await find(latest, [])).toEqual({ since: null, asked: 1 });
  },
);

it("case 6: an invoice that was not told, or has another shape, is not known, and no other is asked for", async () => {
  expect(await find(read("in_new"))).toEqual({ since: null, asked: 0 });
  expect(await find(read({ id: "in_new", status: 7 }))).toEqual({ since: null, asked: 0 });
  expect(await find(read(invoice("open", null, 100), "active"))).toEqual({ since: null, asked: 0 });
});
