import { decideAccess } from "./access";
import { type EpochSeconds, isOpen, type ObservedCustomer } from "./observation";
import type { Policy } from "./policy";
import type { LinkSource, UserSnapshot } from "./snapshot";

export type LinkConflict = { customerId: string; userIds: string[] };

export type UserLinks = {
  /** Ids of all linked customers, sorted. All of them count. */
  customerIds: string[];
  sources: Map<string, LinkSource[]>;
  /** Customers that strong links give to more than one user. */
  conflicts: LinkConflict[];
};

/** Combines the links of a user. A customer that another user is linked to as well is a conflict, for staff to decide. */
export function resolveLinks(
  snapshot: Pick<UserSnapshot, "record" | "edges" | "rejectedCustomerIds">,
): UserLinks {
  const { userId } = snapshot.record;
  const sources = new Map<string, LinkSource[]>();
  for (const edge of snapshot.edges) {
    if (edge.userId !== userId || snapshot.rejectedCustomerIds.includes(edge.customerId)) continue;
    const known = sources.get(edge.customerId);
    if (!known) sources.set(edge.customerId, [edge.source]);
    else if (!known.includes(edge.source)) known.push(edge.source);
  }
  const customerIds = [...sources.keys()].sort();
  const named = snapshot.edges.some((edge) => edge.userId !== userId);
  return { customerIds, sources, conflicts: named ? findConflicts(snapshot, customerIds) : [] };
}

function findConflicts(
  { record, edges }: Pick<UserSnapshot, "record" | "edges">,
  customerIds: readonly string[],
): LinkConflict[] {
  const conflicts: LinkConflict[] = [];
  for (const customerId of customerIds) {
    const users = new Set([record.userId]);
    for (const edge of edges) if (edge.customerId === customerId) users.add(edge.userId);
    if (users.size > 1) conflicts.push({ customerId, userIds: [...users].sort() });
  }
  return conflicts;
}

export type EmailMatch = {
  /** The customer that the address alone links; null when it does not. */
  link: string | null;
  /** Unlinked paying customers with this address, for staff to confirm. */
  possibleMatches: string[];
  /** When the clock alone ends the access of a possible match; null when it does not. */
  changesAt: EpochSeconds | null;
};

type EmailInput = {
  snapshot: UserSnapshot;
  links: UserLinks;
  onHold: boolean;
  policy: Policy;
  now: EpochSeconds;
};

/**
 * What the user's email address says. It links by itself only when there is no other possibility. Otherwise it is a
 * possible match, because with an unverified address someone could register as another user and take the subscription.
 */
export function matchByEmail({ snapshot, links, onHold, policy, now }: EmailInput): EmailMatch {
  const { record, emailCandidates, coverage } = snapshot;
  if (emailCandidates.length === 0) return { link: null, possibleMatches: [], changesAt: null };
  const rejected = new Set(snapshot.rejectedCustomerIds);
  const isFree = (candidate: { customer: ObservedCustomer; linkedUserIds: string[] }) =>
    candidate.linkedUserIds.length === 0 && !rejected.has(candidate.customer.id);
  const pays = (customer: ObservedCustomer) =>
    customer.subscriptions.some((one) => decideAccess(one, policy, now).access === "yes");

  const present = emailCandidates.filter(({ customer }) => customer.state === "present");
  const paying = present
    .filter((candidate) => isFree(candidate) && pays(candidate.customer))
    .map(({ customer }) => customer);
  const possibleMatches = paying.map(({ id }) => id).sort();
  const times = paying
    .flatMap(({ subscriptions }) => subscriptions.map((one) => decideAccess(one, policy, now).changesAt))
    .filter((time) => time !== null);
  const changesAt = times.length === 0 ? null : Math.min(...times);

  const withOpen = present.filter(({ customer }) => customer.subscriptions.some(isOpen));
  const [only] = withOpen;
  const linkedHasOpen = snapshot.customers.some(
    (customer) => links.customerIds.includes(customer.id) && customer.subscriptions.some(isOpen),
  );
  const linksItself =
    only !== undefined &&
    withOpen.length === 1 &&
    isFree(only) &&
    record.emailVerified &&
    snapshot.usersWithEmail === 1 &&
    !linkedHasOpen &&
    !onHold &&
    coverage.fullRun;
  return linksItself
    ? {
        link: only.customer.id,
        possibleMatches: possibleMatches.filter((id) => id !== only.customer.id),
        changesAt,
      }
    : { link: null, possibleMatches, changesAt };
}
