import type { Account } from "../../account/account";
import type { CustomerRecord } from "../../store/records";

/**
 * The customers as Stripe's search index knows them: changes of the last `lag` seconds are not in it yet. They are undone
 * by the `previous_attributes` of their events.
 */
export function* listIndexedCustomers({ store, clock }: Account, lag: number): Generator<CustomerRecord> {
  const horizon = clock.now() - lag;
  const earlier = lag > 0 ? readEarlier(store, horizon) : new Map<string, Partial<CustomerRecord>>();
  for (const record of store.customers.all()) {
    if (lag > 0 && record.created > horizon) continue;
    const before = earlier.size > 0 ? earlier.get(store.customers.getId(record.sequence)) : undefined;
    const indexed = before ? { ...record, ...before } : record;
    if (!indexed.deleted) yield indexed;
  }
}

/** What changed after `horizon`, by customer: the values before. */
function readEarlier(store: Account["store"], horizon: number): Map<string, Partial<CustomerRecord>> {
  const earlier = new Map<string, Partial<CustomerRecord>>();
  for (const { type, created, object, previous } of store.events.all()) {
    if (created <= horizon || (type !== "customer.updated" && type !== "customer.deleted")) continue;
    const { id }: { id: string } = JSON.parse(object);
    const { email, name }: { email?: string | null; name?: string | null } = JSON.parse(previous ?? "{}");
    earlier.set(id, {
      ...(type === "customer.deleted" ? { deleted: false } : {}),
      ...(email === undefined ? {} : { email }),
      ...(name === undefined ? {} : { name }),
      ...earlier.get(id),
    });
  }
  return earlier;
}
