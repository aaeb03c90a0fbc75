import { isOpen, type ObservedCustomer } from "~/billing/observation";
import type { LinkEdge, LinkSource, Rejection } from "~/billing/snapshot";
import { groupBy } from "./group-by";

/** Users that claim one customer, or some of its subscriptions, without a decision between them. */
export type LinkConflict = {
  customerId: string;
  /** Empty when it is about the customer as a whole. */
  subscriptionIds: string[];
  userIds: readonly string[];
  /** The database already says that it is this user's. Otherwise this user is new here, and only this user waits. */
  isRecorded: boolean;
};

/** What of one customer is a user's. */
export type Share = {
  /** At least one subscription, or the customer itself while it has none. */
  owns: boolean;
  /** Subscriptions of this customer that are not the user's. */
  otherSubscriptionIds: string[];
  /** Another user owns or claims a part of it. */
  isShared: boolean;
  conflict: LinkConflict | null;
};

/** How much a claim weighs. Staff decide before the record, the record before Stripe, one subscription before all. */
const RANK = {
  confirmedSubscription: 100,
  confirmedCustomer: 90,
  recordedSubscription: 80,
  recordedCustomer: 70,
  namedSubscription: 50,
  recordedOther: 45,
  namedCustomer: 40,
  email: 35,
  /** Only another subscription of this customer is claimed. */
  other: 30,
} as const;
const DECIDED = RANK.confirmedCustomer;
const RECORDED = RANK.recordedCustomer;

type CustomerSource = Exclude<LinkSource, "recorded_subscription">;
const CUSTOMER_RANK: Record<CustomerSource, number> = {
  confirmed: RANK.confirmedCustomer,
  recorded: RANK.recordedCustomer,
  metadata: RANK.namedCustomer,
  session: RANK.namedCustomer,
  email: RANK.email,
};

/** The heaviest claim of each user. */
type Claims = ReadonlyMap<string, number>;

type Ground = {
  edges: readonly LinkEdge[];
  rejections: readonly Rejection[];
  /** Subscriptions of the customer, as Stripe lists them. */
  subscriptions: ObservedCustomer["subscriptions"];
  /** Those of them that give access to a plan with seats. */
  withSeats: ReadonlySet<string>;
};

/** Claims on one subscription, or (null) on the customer as a whole, collected once for all users that claim it. */
type Claimed = {
  claims: Claims;
  /** What names this subscription, and no other. */
  named: Claims;
  /** Users with the heaviest claim. Several: it is not decided between them. */
  heaviest: readonly string[];
};

type Claimants = Omit<Ground, "edges" | "rejections"> & { find: (subscriptionId: string | null) => Claimed };

/** Collects the claims on a customer and its subscriptions, each when it is first asked for: thousands of users may claim one customer. */
function collectClaimants({ edges, rejections, ...rest }: Ground): Claimants {
  const namedOtherwise = new Set(
    edges.flatMap((edge) => (edge.source === "recorded_subscription" ? [] : [toPairKey(edge)])),
  );
  const rejected = groupBy(rejections, ({ userId }) => userId);
  const isRejected = ({ userId, customerId }: LinkEdge, rank: number, subscriptionId: string | null) =>
    (rejected.get(userId) ?? []).some(
      (one) =>
        one.customerId === customerId &&
        (one.subscriptionId === null
          ? rank < RANK.confirmedSubscription
          : one.subscriptionId === subscriptionId),
    );
  const found = new Map<string | null, Claimed>();
  const collect = (subscriptionId: string | null): Claimed => {
    const claims = new Map<string, number>();
    const named = new Map<string, number>();
    let most = 0;
    for (const edge of edges) {
      const rank = rankEdge(edge, subscriptionId, namedOtherwise);
      if (isRejected(edge, rank, subscriptionId)) continue;
      if (rank > (claims.get(edge.userId) ?? 0)) claims.set(edge.userId, rank);
      if (edge.subscriptionId === subscriptionId && rank > (named.get(edge.userId) ?? 0))
        named.set(edge.userId, rank);
      most = Math.max(most, rank);
    }
    const heaviest = [...claims].flatMap(([userId, rank]) => (rank === most ? [userId] : []));
    return { claims, named, heaviest };
  };
  const find = (subscriptionId: string | null): Claimed => {
    const known = found.get(subscriptionId) ?? collect(subscriptionId);
    found.set(subscriptionId, known);
    return known;
  };
  return { ...rest, find };
}

const toPairKey = ({ userId, subscriptionId }: LinkEdge) => JSON.stringify([userId, subscriptionId]);

/**
 * What an edge weighs for one subscription of its customer, or (null) for the customer as a whole. A row of a subscription that
 * names the user itself says nothing about the others: or else they would change hands when Parity writes that row.
 */
function rankEdge(
  edge: LinkEdge,
  subscriptionId: string | null,
  namedOtherwise: ReadonlySet<string>,
): number {
  const { source, subscriptionId: named } = edge;
  if (source === "recorded_subscription") {
    if (named === subscriptionId) return RANK.recordedSubscription;
    return namedOtherwise.has(toPairKey(edge)) ? RANK.other : RANK.recordedOther;
  }
  if (named === null) return CUSTOMER_RANK[source];
  if (named !== subscriptionId) return RANK.other;
  return source === "confirmed" ? RANK.confirmedSubscription : RANK.namedSubscription;
}

/**
 * Other subscriptions of this customer that give seats, name this user, and have no heavier claim. One that gives none, such as a
 * newsletter or one that is unpaid, would leave the user without anything when this one goes to another.
 */
const listOthersWithSeats = (
  { subscriptions, withSeats, find }: Claimants,
  userId: string,
  subscriptionId: string,
): string[] =>
  subscriptions.flatMap(({ id }) => {
    if (id === subscriptionId || !withSeats.has(id)) return [];
    const { heaviest, named } = find(id);
    return named.has(userId) && heaviest.length === 1 && heaviest[0] === userId ? [id] : [];
  });

/**
 * Whether the user keeps a subscription with seats when this one goes to the user that it names. Of two that each name another
 * user as well, each would be the reason to give the other one away.
 */
const keepsAnotherWithSeats = (claimants: Claimants, userId: string, subscriptionId: string): boolean =>
  listOthersWithSeats(claimants, userId, subscriptionId).some((id) => {
    const { named } = claimants.find(id);
    return named.size === 1 || named.get(userId) === RANK.recordedSubscription;
  });

/** Of several users who record the customer the one that the subscription names, if each of the others has one with seats so. */
function pickNamedAlone(
  { subscriptions, withSeats, find }: Claimants,
  subscriptionId: string,
  users: readonly string[],
): readonly string[] {
  const { named } = find(subscriptionId);
  const [only, second] = users.filter((userId) => named.has(userId));
  if (only === undefined || second !== undefined) return users;
  const keepOwn = new Set(
    subscriptions.flatMap(({ id }) => {
      const alone = id !== subscriptionId && withSeats.has(id) ? [...find(id).named.keys()] : [];
      return alone.length === 1 ? alone : [];
    }),
  );
  return users.every((one) => one === only || keepOwn.has(one)) ? [only] : users;
}

/**
 * The users that a subscription belongs to: one, or several when nothing decides between them. A recorded customer outweighs what
 * Stripe's metadata say of its subscriptions, unless the customer's own user has another one with seats that names no other user:
 * then each subscription goes to the user that it names. A recorded customer and another user's record of the subscription contradict each other.
 */
function findOwners(claimants: Claimants, subscriptionId: string): readonly string[] {
  const { claims, heaviest } = claimants.find(subscriptionId);
  const [owner] = heaviest;
  const most = owner === undefined ? 0 : (claims.get(owner) ?? 0);
  if (owner === undefined || most >= DECIDED) return heaviest;
  const others = [...claims].filter(([, rank]) => rank !== most);
  if (most === RANK.recordedSubscription)
    return [
      ...heaviest,
      ...others.flatMap(([userId, rank]) =>
        rank === RANK.recordedCustomer && listOthersWithSeats(claimants, userId, subscriptionId).length === 0
          ? [userId]
          : [],
      ),
    ];
  if (most !== RANK.recordedCustomer) return heaviest;
  if (heaviest.length > 1) return pickNamedAlone(claimants, subscriptionId, heaviest);
  const named = others.flatMap(([userId, rank]) => (rank === RANK.namedSubscription ? [userId] : []));
  return named.length > 0 && keepsAnotherWithSeats(claimants, owner, subscriptionId) ? named : heaviest;
}

/** A subscription of a customer, or the customer itself while it has none, and to which users it belongs. */
type Part = {
  key: string;
  isOpenOrWhole: boolean;
  claims: Claims;
  /** Sorted, so that what is said of a conflict never depends on an order. */
  owners: readonly string[];
  isOwner: (userId: string) => boolean;
};

/** Whose each part of a customer is. The same for every user that claims it, so it is found once for all of them. */
export type Division = { parts: readonly Part[]; owners: ReadonlySet<string> };

/** Depends only on the claims, never on their order, and gives each subscription to one user at most. */
export function divideCustomer(ground: Ground): Division {
  const claimants = collectClaimants(ground);
  const toPart = (id: string | null, isOpenOrWhole: boolean): Part => {
    const { claims, heaviest } = claimants.find(id);
    const owners = [...(id === null ? heaviest : findOwners(claimants, id))].sort();
    const set = new Set(owners);
    return { key: id ?? "", isOpenOrWhole, claims, owners, isOwner: (userId) => set.has(userId) };
  };
  const { subscriptions } = ground;
  const parts =
    subscriptions.length === 0
      ? [toPart(null, false)]
      : subscriptions.map((one) => toPart(one.id, isOpen(one)));
  return { parts, owners: new Set(parts.flatMap(({ owners }) => owners)) };
}

/** What of a customer belongs to a user, when others claim it too. */
export function resolveShare(userId: string, customerId: string, { parts, owners }: Division): Share {
  const contested = new Map<string, { users: readonly string[]; isRecorded: boolean }>();
  const otherSubscriptionIds: string[] = [];
  for (const part of parts) {
    const rank = part.claims.get(userId) ?? 0;
    const isOwner = part.isOwner(userId);
    if (isOwner && part.owners.length === 1) continue;
    if (part.key !== "") otherSubscriptionIds.push(part.key);
    if (isOwner && (rank >= RECORDED || part.isOpenOrWhole))
      contested.set(part.key, { users: part.owners, isRecorded: rank >= RECORDED });
    else if (!isOwner && part.isOpenOrWhole && losesToRecord(part.claims, rank, part.owners))
      contested.set(part.key, { users: [...part.owners, userId], isRecorded: false });
  }
  return {
    owns: parts.some(({ owners: own, isOwner }) => own.length === 1 && isOwner(userId)),
    otherSubscriptionIds,
    isShared: owners.size > (owners.has(userId) ? 1 : 0),
    conflict: toConflict(customerId, contested),
  };
}

/** Stripe names this user for it, and the database another one: this user is the one who waits. */
function losesToRecord(claims: Claims, rank: number, owners: readonly string[]): boolean {
  const [owner] = owners;
  const ownerRank = owner === undefined ? 0 : (claims.get(owner) ?? 0);
  const isNamed = rank === RANK.namedSubscription || rank === RANK.namedCustomer || rank === RANK.email;
  return isNamed && ownerRank < DECIDED && (ownerRank >= RECORDED || ownerRank === RANK.recordedOther);
}

function toConflict(
  customerId: string,
  contested: ReadonlyMap<string, { users: readonly string[]; isRecorded: boolean }>,
): LinkConflict | null {
  if (contested.size === 0) return null;
  const all = [...contested.values()];
  const [only, ...more] = all;
  // The owners of a part are sorted already; with thousands of them each would be sorted for each.
  const isSorted = only !== undefined && more.length === 0 && only.isRecorded;
  return {
    customerId,
    subscriptionIds: [...contested.keys()].filter((id) => id !== "").sort(),
    userIds: isSorted ? only.users : [...new Set(all.flatMap(({ users }) => users))].sort(),
    isRecorded: all.some(({ isRecorded }) => isRecorded),
  };
}
