import type { CustomerRecord } from "../store/records";
import type { Store } from "../store/store";

export interface FoundCustomers {
  customers: readonly CustomerRecord[];
  /** There are others. */
  more: boolean;
}

/** The newest customers with this in their e-mail address or name; or the one with this `cus_…` or `sub_…`. */
export function findCustomers(store: Store, query: string, most: number): FoundCustomers {
  const byId = customerOf(store, query);
  if (byId) return { customers: [byId], more: false };
  const wanted = query.toLowerCase();
  const customers: CustomerRecord[] = [];
  const ascending = store.customers.index.ascending();
  for (let i = ascending.length - 1; i >= 0; i--) {
    const customer = store.customers.get(ascending[i] ?? 0);
    if (!`${customer.email ?? ""}\n${customer.name ?? ""}`.toLowerCase().includes(wanted)) continue;
    if (customers.length === most) return { customers, more: true };
    customers.push(customer);
  }
  return { customers, more: false };
}

function customerOf(store: Store, id: string): CustomerRecord | undefined {
  const subscription = store.subscriptions.find(id);
  return subscription ? store.customers.get(subscription.customer) : store.customers.find(id);
}
