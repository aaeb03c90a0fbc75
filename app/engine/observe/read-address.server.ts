import { foldEmail } from "~/billing/email";
import { trimBlanks } from "~/billing/ids";
import type { Database } from "~/platform/client.server";
import { retryOnDeadlock } from "~/platform/deadlock.server";
import type { StripeFailure } from "~/stripe/failure.server";
import type { ReadCustomer } from "~/stripe/parse";
import type { RequestOptions, StripeReader } from "~/stripe/reader.server";
import { type Observed, storeCustomers } from "./observations.server";
import { readCustomers } from "./read-customers.server";

export type AddressRead = { ok: true; customerIds: string[] } | { ok: false; failure: StripeFailure };

/**
 * The spellings to ask for by name: as stored, in small letters, and with a capital at the beginning, as phones write it.
 * Stripe's filter tells capitals apart, and its search, which does not, is up to a minute late.
 */
function listSpellings(email: string): string[] {
  const folded = foldEmail(email);
  const capital = folded.replace(/^[a-z]/, (letter) => letter.toUpperCase());
  return [...new Set([email, folded, capital])];
}

/** Customers that are stored with this address in any spelling. */
async function listStoredCustomers(db: Database, email: string): Promise<string[]> {
  const known = { emailFolded: foldEmail(email), state: "present" };
  return (await db.stripeCustomer.findMany({ where: known, select: { id: true } })).map(({ id }) => id);
}

/** What the search says of a customer may be old, so only which customers there are is taken from it. Empty when it is refused. */
async function searchCustomers(
  { stripe }: { stripe: StripeReader },
  email: string,
  options: RequestOptions,
): Promise<string[]> {
  const searched = await stripe.searchCustomersByEmail(email, options);
  const hasAddress = ({ email: other }: ReadCustomer) =>
    other !== null && foldEmail(other) === foldEmail(email);
  return searched.ok ? searched.value.filter(hasAddress).map(({ id }) => id) : [];
}

/**
 * Reads every customer with this address, whatever its capitals, and all their subscriptions. Stripe is searched only where
 * none of those that are found by name or stored has an open subscription of a plan: a former customer does not hide a guest
 * who wrote the address in another way.
 */
export async function readAddress(
  deps: { db: Database; stripe: StripeReader },
  recorded: string,
  options: RequestOptions,
): Promise<AddressRead> {
  const email = trimBlanks(recorded);
  // Stripe would take it for no condition.
  if (email === "") return { ok: true, customerIds: [] };
  const [answers, stored] = await Promise.all([
    Promise.all(listSpellings(email).map((one) => deps.stripe.findCustomersByEmail(one, options))),
    listStoredCustomers(deps.db, email),
  ]);
  const found: Observed<ReadCustomer>[] = [];
  for (const answer of answers) {
    if (!answer.ok) return { ok: false, failure: answer.failure };
    const { started, ended, requestId } = answer;
    found.push(...answer.value.map((value) => ({ value, started, ended, requestId })));
  }
  await retryOnDeadlock(deps.db, (tx) => storeCustomers(tx, found, { enqueue: true }));
  const known = [...new Set([...found.map(({ value }) => value.id), ...stored])];
  const read = await readCustomers(deps, known, options);
  const [failure] = read.failures.values();
  if (failure) return { ok: false, failure };
  if (read.openCustomerIds.size > 0) return { ok: true, customerIds: known };
  const searched = await searchCustomers(deps, email, options);
  const further = searched.filter((id) => !known.includes(id));
  const [failed] = (await readCustomers(deps, further, options)).failures.values();
  return failed ? { ok: false, failure: failed } : { ok: true, customerIds: [...known, ...further] };
}
