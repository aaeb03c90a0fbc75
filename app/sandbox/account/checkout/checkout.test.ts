import { expect, it } from "vitest";
import { createSandbox, type Sandbox } from "~/sandbox/sandbox";
import { addCatalogue } from "~/sandbox/testing/sandbox";
import { findTestCard } from "./cards";

function start(attachAfterMs = 0) {
  const sandbox = createSandbox({ attachAfterMs });
  const { army } = addCatalogue(sandbox);
  const { id } = sandbox.checkoutSessions.create({ hosted: true, line_items: [{ price: army }] });
  const pay = (number: string) => {
    const card = findTestCard(number);
    if (!card) throw new Error(`${number} is no test card`);
    return sandbox.checkout.pay(id, { email: "ann@example.com", name: "Ann", card });
  };
  return { sandbox, id, pay };
}

function countSubscriptions({ account }: Sandbox): number {
  return account.store.subscriptions.index.size;
}

it("paying twice changes nothing, even before the subscription is attached", () => {
  const { sandbox, pay } = start(3_600_000);
  for (let i = 0; i < 3; i++) expect(pay("4242424242424242")).toEqual({ ok: true, step: "paid" });
  expect(countSubscriptions(sandbox)).toBe(0);
  sandbox.checkout.attachAll();
  sandbox.checkout.attachAll();
  expect(pay("4242424242424242")).toEqual({ ok: true, step: "paid" });
  sandbox.checkout.attachAll();
  expect(countSubscriptions(sandbox)).toBe(1);
});

it("a confirmation without a pending payment pays nothing", () => {
  const { sandbox, id, pay } = start();
  expect(sandbox.checkout.confirm(id, true)).toEqual({ ok: false, reason: "declined" });
  expect(pay("4000002500003155")).toEqual({ ok: true, step: "confirm" });
  expect(sandbox.checkout.confirm(id, false)).toEqual({ ok: false, reason: "declined" });
  expect(sandbox.checkout.confirm(id, true)).toEqual({ ok: false, reason: "declined" });
  expect(countSubscriptions(sandbox)).toBe(0);
});

it("a second card replaces one that waits for the bank's confirmation", () => {
  const { sandbox, id, pay } = start();
  pay("4000002500003155");
  expect(pay("4242424242424242")).toEqual({ ok: true, step: "paid" });
  expect(sandbox.checkout.confirm(id, true)).toEqual({ ok: true, step: "paid" });
  expect(countSubscriptions(sandbox)).toBe(1);
});
