import { foldRecordedEmail } from "~/billing/email";
import { groupBy } from "~/billing/links/group-by";
import { isRejected } from "~/billing/links/links";
import type { EpochSeconds, ObservedCustomer } from "~/billing/observation";
import type { Candidate, HeldIds, LinkEdge, UserSnapshot } from "~/billing/snapshot";
import type { FoundLinks } from "./load-links.server";

type Address = { addressHash: string | null; addressSince: EpochSeconds | null };

/**
 * Since when the user has this address. A status that was saved with another one shows that it changed: after that status
 * was saved, or when the row was last written. Null when no status had another one.
 */
export function findAddress(
  user: { addressHash: string; writtenAt: number },
  status: (Address & { evaluatedAt: EpochSeconds }) | undefined,
): Address {
  const { addressHash } = user;
  const before = status?.addressHash ?? null;
  if (status === undefined || before === null || before === addressHash)
    return { addressHash, addressSince: status?.addressSince ?? null };
  return { addressHash, addressSince: Math.floor(Math.max(status.evaluatedAt, user.writtenAt)) };
}

type Found = Omit<FoundLinks, "edges"> & {
  edges: ReadonlyMap<string, LinkEdge[]>;
  /** The customers that each user is linked to. */
  named: ReadonlyMap<string, string[]>;
  customers: ReadonlyMap<string, ObservedCustomer>;
  /** By customer, as far as they were asked for. */
  linkedUsers: Map<string, string[]>;
  candidates: ReadonlyMap<string, { customerId: string }[]>;
  sharedAddresses: ReadonlyMap<string, { users: number }>;
};

type Candidates = Pick<
  UserSnapshot,
  "emailCandidates" | "references" | "verifiedUsersWithEmail" | "rejections"
>;
const NO_CANDIDATES: Candidates = {
  emailCandidates: [],
  references: [],
  verifiedUsersWithEmail: null,
  rejections: [],
};

/** Customers that may be the user's by address or reference, and what staff rejected. */
export function findCandidates(userId: string, email: string, found: Found): Candidates {
  if (found.candidates.size + found.references.size + found.rejections.size === 0) return NO_CANDIDATES;
  const folded = foldRecordedEmail(email);
  const withAddress = (found.candidates.get(folded) ?? []).map(({ customerId }) => customerId);
  const referenced = found.references.get(userId) ?? [];
  const concerned = new Set([...(found.named.get(userId) ?? []), ...withAddress, ...referenced]);
  const rejections = [...concerned].flatMap((id) => found.rejections.get(id) ?? []);
  const toCandidate = (customerId: string): Candidate[] => {
    const customer = found.customers.get(customerId);
    const linkedUserIds = findLinkedUsers(customerId, found);
    return customer ? [{ customer, linkedUserIds }] : [];
  };
  return {
    emailCandidates: withAddress.flatMap(toCandidate),
    references: referenced.flatMap(toCandidate),
    verifiedUsersWithEmail:
      withAddress.length === 0 ? null : (found.sharedAddresses.get(folded)?.users ?? null),
    rejections,
  };
}

/** The users that are linked to a customer; found once for all users whose address leads to it. */
function findLinkedUsers(customerId: string, { edges, rejections, linkedUsers }: Found): string[] {
  const known = linkedUsers.get(customerId);
  if (known) return known;
  const rejected = groupBy(rejections.get(customerId) ?? [], ({ userId }) => userId);
  const stands = (edge: LinkEdge) => !isRejected({ rejections: rejected.get(edge.userId) ?? [] }, edge);
  const linked = new Set(
    (edges.get(customerId) ?? []).flatMap((edge) => (stands(edge) ? [edge.userId] : [])),
  );
  const found = [...linked].sort();
  linkedUsers.set(customerId, found);
  return found;
}

const NOTHING_HELD: HeldIds = { customerIds: [], subscriptionIds: [], orphanedSubscriptionIds: [] };

/** Ids of these customers and of their subscriptions that rows of other users hold. */
export function findHeldIds(userId: string, customers: readonly ObservedCustomer[], found: Found): HeldIds {
  let held = NOTHING_HELD;
  const isOther = (holder: string) => holder !== userId;
  for (const { id, subscriptions } of customers) {
    if (found.holders.get(id)?.some(isOther)) held = { ...held, customerIds: [...held.customerIds, id] };
    for (const one of subscriptions) {
      const holders = found.holders.get(one.id);
      if (!holders?.some(isOther)) continue;
      const isUsers = holders.some((holder) => isOther(holder) && found.isUser(holder));
      const key = isUsers ? "subscriptionIds" : "orphanedSubscriptionIds";
      held = { ...held, [key]: [...held[key], one.id] };
    }
  }
  return held;
}
