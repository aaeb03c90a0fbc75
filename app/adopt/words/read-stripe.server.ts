import type { Metadata } from "~/billing/ids";
import type { Subscription } from "~/billing/observation";
import { RUNNING_STATUSES } from "~/billing/vocabulary/vocabulary";
import type { StripeReader } from "~/stripe/reader.server";

/** What Stripe says of all customers. */
export type StripeFacts = {
  byCustomer: ReadonlyMap<string, readonly Subscription[]>;
  /** The metadata of each customer and of its subscriptions. */
  metadata: ReadonlyMap<string, readonly Metadata[]>;
  subscriptionCount: number;
  /** Objects that could not be read. */
  unreadable: number;
};

export type StripeReading = { ok: true; facts: StripeFacts } | { ok: false; message: string };

const PAGE = { priority: "background", deadlineMs: 120_000 } as const;

/** Reads every subscription of the account once, as a full run does. Only sends GET. */
export async function readStripe(
  reader: Pick<StripeReader, "listSubscriptions">,
  { signal, progress = () => {} }: { signal: AbortSignal; progress?: (text: string) => void },
): Promise<StripeReading> {
  const byCustomer = new Map<string, Subscription[]>();
  const metadata = new Map<string, Metadata[]>();
  let subscriptionCount = 0;
  let unreadable = 0;
  let startingAfter: string | undefined;
  do {
    const read = await reader.listSubscriptions(startingAfter === undefined ? {} : { startingAfter }, {
      ...PAGE,
      signal,
    });
    if (!read.ok) return { ok: false, message: read.failure.message };
    for (const { subscription, customer } of read.value.subscriptions) {
      const { customerId } = subscription;
      const whole: Subscription = {
        ...subscription,
        ...{ metadataUserId: null, pastDueSince: null, unpaidSince: null, entitlingSince: null },
      };
      byCustomer.set(customerId, [...(byCustomer.get(customerId) ?? []), whole]);
      metadata.set(customerId, [
        ...(metadata.get(customerId) ?? (customer ? [customer.metadata] : [])),
        subscription.metadata,
      ]);
    }
    subscriptionCount += read.value.subscriptions.length;
    unreadable += read.value.unreadable.length;
    startingAfter = read.value.hasMore ? (read.value.lastId ?? undefined) : undefined;
    progress(`Reading Stripe: ${subscriptionCount} subscriptions`);
  } while (startingAfter !== undefined);
  return { ok: true, facts: { byCustomer, metadata, subscriptionCount, unreadable } };
}

export const isEntitledStatus = (status: string): boolean => RUNNING_STATUSES.includes(status);

/** The subscription that the application should have recorded: the recorded one while it is open, else the newest with access. */
export function chooseSubscription(
  subscriptions: readonly Subscription[],
  recordedId: string | null,
): Subscription | undefined {
  const recorded = subscriptions.find(({ id }) => id === recordedId);
  const newest = [...subscriptions].sort((a, b) => b.created - a.created);
  if (recorded && isEntitledStatus(recorded.status)) return recorded;
  return newest.find(({ status }) => isEntitledStatus(status)) ?? recorded ?? newest[0];
}
