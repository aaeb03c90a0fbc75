import type { CustomerRecord } from "~/sandbox/store/records";
import type { Store } from "~/sandbox/store/store";

export interface FoundCustomers {
  customers: readonly CustomerRecord[];
  /** Whether there are more. */
  more: boolean;
}

/** The newest customers with this text in their email address or name, or the one with this `cus_…` or `sub_…` id. */
export function findCustomers(store: Store, query: string, limit: number): FoundCustomers {
  const byId = findCustomerById(store, query);
  if (byId) return { customers: [byId], more: false };
  const wanted = query.toLowerCase();
  const customers: CustomerRecord[] = [];
  const ascending = store.customers.index.listAscending();
  for (let i = ascending.length - 1; i >= 0; i--) {
    const customer = store.customers.get(ascending[i] ?? 0);
    if (!`${customer.email ?? ""}\n${customer.name ?? ""}`.toLowerCase().includes(wanted)) continue;
    if (customers.length === limit) return { customers, more: true };
    customers.push(customer);
  }
  return { customers, more: false };
}

function findCustomerById(store: Store, id: string): CustomerRecord | undefined {
  const subscription = store.subscriptions.find(id);
  return subscription ? store.customers.get(subscription.customer) : store.customers.find(id);
}
