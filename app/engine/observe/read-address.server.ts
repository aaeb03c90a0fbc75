import { foldEmail } from "~/billing/email";
import type { Customer } from "~/billing/observation";
import type { Database } from "~/platform/client.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import type { StripeFailure } from "~/stripe/failure.server";
import type { RequestOptions, StripeReader } from "~/stripe/reader.server";
import { type Observed, storeCustomers } from "./observations.server";
import { readCustomers } from "./read-customers.server";

export type AddressRead = { ok: true; customerIds: string[] } | { ok: false; failure: StripeFailure };

/**
 * Reads every customer with this address, as stored and in lower case (Stripe's filter is case-sensitive), and all
 * their subscriptions. Other spellings are found only by a full run.
 */
export async function readAddress(
  deps: { db: Database; stripe: StripeReader },
  email: string,
  options: RequestOptions,
): Promise<AddressRead> {
  const spellings = [...new Set([email, foldEmail(email)])];
  const answers = await Promise.all(spellings.map((one) => deps.stripe.findCustomersByEmail(one, options)));
  const found: Observed<Customer>[] = [];
  for (const answer of answers) {
    if (!answer.ok) return { ok: false, failure: answer.failure };
    const { started, ended, requestId } = answer;
    found.push(...answer.value.map((value) => ({ value, started, ended, requestId })));
  }
  const customerIds = [...new Set(found.map(({ value }) => value.id))];
  await retryOnDeadlock(deps.db, (tx) => storeCustomers(tx, found, { enqueue: true }));
  const { failures } = await readCustomers(deps, customerIds, options);
  const [failure] = failures.values();
  return failure ? { ok: false, failure } : { ok: true, customerIds };
}
