import { expect, it } from "vitest";
import { createSandbox, type Sandbox } from "~/sandbox/sandbox";
import { addCatalogue } from "~/sandbox/testing/sandbox";
import { testCard } from "./cards";

function started(attachAfterMs = 0) {
  const sandbox = createSandbox({ attachAfterMs });
  const { army } = addCatalogue(sandbox);
  const { id } = sandbox.checkoutSessions.create({ hosted: true, line_items: [{ price: army }] });
  const pay = (number: string) => {
    const card = testCard(number);
    if (!card) throw new Error(`${number} is no test card`);
    return sandbox.checkout.pay(id, { email: "ann@example.com", name: "Ann", card });
  };
  return { sandbox, id, pay };
}

function subscriptionsOf({ account }: Sandbox): number {
  return account.store.subscriptions.index.size;
}

it("paying again, also before anything is attached, changes nothing", () => {
  const { sandbox, pay } = started(3_600_000);
  for (let i = 0; i < 3; i++) expect(pay("4242424242424242")).toEqual({ ok: true, step: "paid" });
  expect(subscriptionsOf(sandbox)).toBe(0);
  sandbox.checkout.attachAll();
  sandbox.checkout.attachAll();
  expect(pay("4242424242424242")).toEqual({ ok: true, step: "paid" });
  sandbox.checkout.attachAll();
  expect(subscriptionsOf(sandbox)).toBe(1);
});

it("a confirmation that nobody asked for pays nothing", () => {
  const { sandbox, id, pay } = started();
  expect(sandbox.checkout.confirm(id, true)).toEqual({ ok: false, reason: "declined" });
  expect(pay("4000002500003155")).toEqual({ ok: true, step: "confirm" });
  expect(sandbox.checkout.confirm(id, false)).toEqual({ ok: false, reason: "declined" });
  expect(sandbox.checkout.confirm(id, true)).toEqual({ ok: false, reason: "declined" });
  expect(subscriptionsOf(sandbox)).toBe(0);
});

it("another card in another tab takes the place of one that waits for its bank", () => {
  const { sandbox, id, pay } = started();
  pay("4000002500003155");
  expect(pay("4242424242424242")).toEqual({ ok: true, step: "paid" });
  expect(sandbox.checkout.confirm(id, true)).toEqual({ ok: true, step: "paid" });
  expect(subscriptionsOf(sandbox)).toBe(1);
});
