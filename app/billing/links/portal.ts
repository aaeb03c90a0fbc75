import type { Evaluation } from "~/billing/evaluation/evaluate";
import { isStripeId } from "~/billing/ids";
import { readRecordedIds, type UserRecord } from "~/billing/record";

export type PortalChoice = { customerId: string } | { customerId: null; why: "no_customer" | "undecided" };

/**
 * The customer whose billing a user may manage: that of the subscription that counts, else the recorded one, else any. Never
 * one of which another user has a part, because its page shows that user's payment and can cancel it.
 */
export function choosePortalCustomer(
  { verdict, primary, links, customers }: Evaluation,
  record: UserRecord,
): PortalChoice {
  if (verdict === "link_conflict") return { customerId: null, why: "undecided" };
  const undecided = new Set(links.conflicts.map(({ customerId }) => customerId));
  const exists = new Map(customers.map((customer) => [customer?.id, customer?.state === "present"]));
  // A customer that was never read may exist.
  const own = links.ownCustomerIds.filter((id) => exists.get(id) ?? true);
  const free = own.filter((id) => !undecided.has(id) && !links.sharedCustomerIds.has(id) && isStripeId(id));
  const wanted = [primary?.subscription.customerId, readRecordedIds(record).customerId];
  const customerId = wanted.find((id) => id != null && free.includes(id)) ?? free[0];
  if (customerId) return { customerId };
  return { customerId: null, why: own.length > 0 || undecided.size > 0 ? "undecided" : "no_customer" };
}
