import type { World } from "./world";

/** What a customer says about whose it is. */
export type Named = { onCustomer?: string; email?: string };
export type NamedCustomer = { customerId: string; subscriptionIds: string[] };

/** A customer of Stripe, and a subscription of Army for each user that is named in its metadata (null: none is). */
export function addNamedCustomer(
  { sandbox, prices }: World,
  { onCustomer, email }: Named,
  ...named: (string | null)[]
): NamedCustomer {
  const { id: customer } = sandbox.customers.create({
    email: email ?? null,
    ...(onCustomer !== undefined && { metadata: { userId: onCustomer } }),
  });
  const subscriptions = named.map((userId) =>
    sandbox.subscriptions.create({
      customer,
      items: [{ price: prices.army }],
      ...(userId !== null && { metadata: { userId } }),
    }),
  );
  return { customerId: customer, subscriptionIds: subscriptions.map(({ id }) => id) };
}
