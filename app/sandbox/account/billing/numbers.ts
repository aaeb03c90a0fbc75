import type { Store } from "~/sandbox/store/store";

/** The prefix of a customer's invoice numbers: eight letters and digits. */
export function makeInvoicePrefix(store: Store, customer: number): string {
  return store.customers.getId(customer).slice(-8).toUpperCase().padStart(8, "0");
}

/** The number of a customer's next invoice, such as `9G7DA5PF-0001`. */
export function nextInvoiceNumber(store: Store, customer: number): string {
  const number = store.takeInvoiceNumber(customer);
  return `${makeInvoicePrefix(store, customer)}-${String(number).padStart(4, "0")}`;
}
