import type { RecordedOwner } from "./read-recorded.server";
import type { StripeFacts } from "./read-stripe.server";

const FEW = 2;

/** The keys of Stripe's metadata whose values are the owner of the same customer. */
export function learnMetadataKeys(
  owners: readonly RecordedOwner[],
  facts: StripeFacts,
): [key: string, count: number][] {
  const byCustomer = new Map(
    owners.flatMap(({ id, customer }) => (customer === null ? [] : [[customer, id]])),
  );
  const counts = new Map<string, { right: number; seen: number }>();
  for (const [customer, all] of facts.metadata) {
    const owner = byCustomer.get(customer);
    if (owner === undefined) continue;
    for (const metadata of all)
      for (const [key, value] of Object.entries(metadata ?? {})) {
        const count = counts.get(key) ?? { right: 0, seen: 0 };
        counts.set(key, { right: count.right + (value === owner ? 1 : 0), seen: count.seen + 1 });
      }
  }
  return [...counts]
    .filter(([, { right, seen }]) => right >= FEW && right * 2 > seen)
    .sort((a, b) => b[1].right - a[1].right)
    .map(([key, { right }]) => [key, right]);
}
