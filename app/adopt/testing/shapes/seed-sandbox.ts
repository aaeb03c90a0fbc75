import type { Sandbox } from "~/sandbox/sandbox";
import type { Owner } from "./owners";
import type { Shape } from "./shape";

/** Makes the prices, and what the owners have in Stripe, under the ids that the application records. */
export function seedSandbox(sandbox: Sandbox, shape: Shape, owners: readonly Owner[]): void {
  sandbox.bulk(() => {
    for (const plan of ["basic", "plus"]) {
      sandbox.products.create({ id: `prod_${plan}`, name: plan });
      sandbox.prices.create({
        ...{ id: `price_${plan}`, product: `prod_${plan}`, currency: "usd", unit_amount: 900 },
        recurring: { interval: "month" },
      });
    }
    for (const owner of owners) addOwner(sandbox, shape, owner);
  });
}

function addOwner(sandbox: Sandbox, { metadataKey }: Shape, { id, email, drift, truth }: Owner): void {
  if (truth.customer === null) return;
  const isNamed = drift !== "known by e-mail alone";
  const created = Math.min(...truth.subs.map((one) => one.created));
  sandbox.customers.create({
    ...{ id: truth.customer, email, created },
    metadata: isNamed ? { [metadataKey]: id } : {},
  });
  for (const one of truth.subs)
    sandbox.subscriptions.create({
      ...{ id: one.id, customer: one.customer, status: one.status, created: one.created },
      items: [
        {
          price: one.price,
          quantity: one.quantity,
          current_period_start: one.start,
          current_period_end: one.end,
        },
      ],
      ...(one.cancels ? { cancel_at_period_end: true, cancel_at: one.end } : {}),
      ...(one.canceled === null ? {} : { canceled_at: one.canceled }),
      ...(one.ended === null ? {} : { ended_at: one.ended }),
    });
}
