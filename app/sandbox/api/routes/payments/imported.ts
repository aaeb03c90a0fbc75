import type { Account } from "../../../account/account";

/**
 * Makes the invoices and payments of imported subscriptions that exist only as numbers until they are asked for: those of one
 * customer, or all. Lists of payments need them.
 */
export function makeImported({ store }: Account, customer: number | undefined): void {
  if (customer === undefined) store.invoices.makeReserved();
  else store.makeInvoices(customer);
}
