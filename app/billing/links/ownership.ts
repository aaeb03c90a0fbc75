import { isOpen, type ObservedCustomer } from "~/billing/observation";
import type { LinkEdge, LinkSource, Rejection } from "~/billing/snapshot";

/** Users that claim one customer, or some of its subscriptions, without a decision between them. */
export type LinkConflict = {
  customerId: string;
  /** Empty when it is about the customer as a whole. */
  subscriptionIds: string[];
  userIds: string[];
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

/**
 * What an edge weighs for one subscription of its customer, or (null) for the customer as a whole. A row of a subscription that
 * names the user itself says nothing about the others: or else they would change hands when Parity writes that row.
 */
function rankEdge(edge: LinkEdge, subscriptionId: string | null, edges: readonly LinkEdge[]): number {
  const { source, subscriptionId: named } = edge;
  if (source === "recorded_subscription") {
    if (named === subscriptionId) return RANK.recordedSubscription;
    return edges.some((one) => isSameNamed(one, edge)) ? RANK.other : RANK.recordedOther;
  }
  if (named === null) return CUSTOMER_RANK[source];
  if (named !== subscriptionId) return RANK.other;
  return source === "confirmed" ? RANK.confirmedSubscription : RANK.namedSubscription;
}

const isSameNamed = ({ source, userId, subscriptionId }: LinkEdge, edge: LinkEdge): boolean =>
  source !== "recorded_subscription" && userId === edge.userId && subscriptionId === edge.subscriptionId;

/** The heaviest claim of each user. */
type Claims = Map<string, number>;

type Ground = {
  edges: readonly LinkEdge[];
  rejections: readonly Rejection[];
  /** Subscriptions of the customer, as Stripe lists them. */
  subscriptions: ObservedCustomer["subscriptions"];
  /** Those of them that give access to a plan with seats. */
  withSeats: ReadonlySet<string>;
};

function collectClaims({ edges, rejections }: Ground, subscriptionId: string | null): Claims {
  const claims: Claims = new Map();
  for (const edge of edges) {
    const rank = rankEdge(edge, subscriptionId, edges);
    const isRejected = rejections.some(
      (one) =>
        one.userId === edge.userId &&
        one.customerId === edge.customerId &&
        (one.subscriptionId === null
          ? rank < RANK.confirmedSubscription
          : one.subscriptionId === subscriptionId),
    );
    if (!isRejected && rank > (claims.get(edge.userId) ?? 0)) claims.set(edge.userId, rank);
  }
  return claims;
}

/** Users with the heaviest claim. Several: it is not decided between them. */
function findHeaviest(claims: Claims): string[] {
  const most = Math.max(0, ...claims.values());
  return [...claims].flatMap(([userId, rank]) => (rank === most ? [userId] : []));
}

/**
 * Other subscriptions of this customer that give seats, name this user, and have no heavier claim. One that gives none, such as a
 * newsletter or one that is unpaid, would leave the user without anything when this one goes to another.
 */
const listOthersWithSeats = (ground: Ground, userId: string, subscriptionId: string): string[] =>
  ground.subscriptions.flatMap(({ id }) => {
    if (id === subscriptionId || !ground.withSeats.has(id)) return [];
    const owners = findHeaviest(collectClaims(ground, id));
    return collectNamed(ground, id).has(userId) && owners.length === 1 && owners[0] === userId ? [id] : [];
  });

/** What names this subscription, and no other. */
const collectNamed = (ground: Ground, id: string): Claims =>
  collectClaims({ ...ground, edges: ground.edges.filter((edge) => edge.subscriptionId === id) }, id);

/**
 * Whether the user keeps a subscription with seats when this one goes to the user that it names. Of two that each name another
 * user as well, each would be the reason to give the other one away.
 */
const keepsAnotherWithSeats = (ground: Ground, userId: string, subscriptionId: string): boolean =>
  listOthersWithSeats(ground, userId, subscriptionId).some((id) => {
    const named = collectNamed(ground, id);
    return named.size === 1 || named.get(userId) === RANK.recordedSubscription;
  });

/** Of several users who record the customer the one that the subscription names, if each of the others has one with seats so. */
function pickNamedAlone(ground: Ground, subscriptionId: string, users: readonly string[]): readonly string[] {
  const named = collectNamed(ground, subscriptionId);
  const [only, second] = users.filter((userId) => named.has(userId));
  const keepsOwn = (userId: string) =>
    ground.subscriptions.some(
      ({ id }) =>
        id !== subscriptionId &&
        ground.withSeats.has(id) &&
        [...collectNamed(ground, id).keys()].join() === userId,
    );
  return only !== undefined && second === undefined && users.every((one) => one === only || keepsOwn(one))
    ? [only]
    : users;
}

/**
 * The users that a subscription belongs to: one, or several when nothing decides between them. A recorded customer outweighs what
 * Stripe's metadata say of its subscriptions, unless the customer's own user has another one with seats that names no other user:
 * then each subscription goes to the user that it names. A recorded customer and another user's record of the subscription contradict each other.
 */
function findOwners(ground: Ground, subscriptionId: string, claims: Claims): readonly string[] {
  const heaviest = findHeaviest(claims);
  const most = Math.max(0, ...claims.values());
  const [owner] = heaviest;
  if (owner === undefined || most >= DECIDED) return heaviest;
  const others = [...claims].filter(([userId]) => !heaviest.includes(userId));
  if (most === RANK.recordedSubscription)
    return [
      ...heaviest,
      ...others.flatMap(([userId, rank]) =>
        rank === RANK.recordedCustomer && listOthersWithSeats(ground, userId, subscriptionId).length === 0
          ? [userId]
          : [],
      ),
    ];
  if (most !== RANK.recordedCustomer) return heaviest;
  if (heaviest.length > 1) return pickNamedAlone(ground, subscriptionId, heaviest);
  const named = others.flatMap(([userId, rank]) => (rank === RANK.namedSubscription ? [userId] : []));
  return named.length > 0 && keepsAnotherWithSeats(ground, owner, subscriptionId) ? named : heaviest;
}

/**
 * What of a customer belongs to a user, when others claim it too. Depends only on the claims, never on their order, and
 * gives each subscription to one user at most.
 */
export function resolveShare(userId: string, customerId: string, ground: Ground): Share {
  const owned: string[] = [];
  const contested = new Map<string, { users: readonly string[]; isRecorded: boolean }>();
  const users = new Set<string>();
  const decideOn = (subscriptionId: string | null, isOpenOrWhole: boolean) => {
    const claims = collectClaims(ground, subscriptionId);
    const owners =
      subscriptionId === null ? findHeaviest(claims) : findOwners(ground, subscriptionId, claims);
    for (const one of owners) users.add(one);
    const rank = claims.get(userId) ?? 0;
    const key = subscriptionId ?? "";
    if (owners.length === 1 && owners[0] === userId) owned.push(key);
    else if (owners.includes(userId)) {
      if (rank >= RECORDED || isOpenOrWhole)
        contested.set(key, { users: owners, isRecorded: rank >= RECORDED });
    } else if (isOpenOrWhole && losesToRecord(claims, rank, owners))
      contested.set(key, { users: [...owners, userId], isRecorded: false });
  };
  for (const one of ground.subscriptions) decideOn(one.id, isOpen(one));
  if (ground.subscriptions.length === 0) decideOn(null, false);
  const ownedIds = new Set(owned);
  return {
    owns: owned.length > 0,
    otherSubscriptionIds: ground.subscriptions.flatMap(({ id }) => (ownedIds.has(id) ? [] : [id])),
    isShared: [...users].some((one) => one !== userId),
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
  return {
    customerId,
    subscriptionIds: [...contested.keys()].filter((id) => id !== "").sort(),
    userIds: [...new Set(all.flatMap(({ users }) => users))].sort(),
    isRecorded: all.some(({ isRecorded }) => isRecorded),
  };
}
