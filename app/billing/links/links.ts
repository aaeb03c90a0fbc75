import { type ChoiceInput, givesSeats, rateSubscription } from "~/billing/choice";
import type { EpochSeconds, ObservedCustomer } from "~/billing/observation";
import type { LinkEdge, LinkSource, Rejection, UserSnapshot } from "~/billing/snapshot";
import { groupBy } from "./group-by";
import { type Division, divideCustomer, type LinkConflict, resolveShare } from "./ownership";

export type UserLinks = {
  /** Ids of all customers that a link gives to this user, sorted. A sync reads them all. */
  customerIds: string[];
  sources: Map<string, LinkSource[]>;
  /** Those of them that are this user's, wholly or in part: only these count. */
  ownCustomerIds: string[];
  /** Subscriptions of these customers that are not this user's. */
  otherSubscriptionIds: ReadonlySet<string>;
  /** Customers of which another user has a part: through them that user's payment could be seen and changed. */
  sharedCustomerIds: ReadonlySet<string>;
  /** What others claim as well, and nothing decides. */
  conflicts: LinkConflict[];
  /** When the clock alone may change whose subscription it is; null when it does not. */
  changesAt: EpochSeconds | null;
};

type LinkInput = Pick<UserSnapshot, "record" | "edges" | "rejections" | "customers">;
type Rules = Pick<ChoiceInput, "catalogue" | "policy" | "now">;

const NONE: ReadonlySet<string> = new Set();

/** Combines the links of a user. What others claim as well is theirs, this user's, or a conflict for staff to decide. */
export function resolveLinks(snapshot: LinkInput, rules: Rules): UserLinks {
  const { userId } = snapshot.record;
  const sources = new Map<string, LinkSource[]>();
  const own = pickByUser(snapshot.edges, userId);
  const isAlone = snapshot.rejections.length === 0 && own.length === snapshot.edges.length;
  for (const edge of own) {
    if (isRejected(snapshot, edge)) continue;
    const known = sources.get(edge.customerId);
    if (!known) sources.set(edge.customerId, [edge.source]);
    else if (!known.includes(edge.source)) known.push(edge.source);
  }
  const customerIds = [...sources.keys()].sort();
  if (!isAlone) return { ...resolveShares(snapshot, customerIds, rules), customerIds, sources };
  return {
    customerIds,
    sources,
    ownCustomerIds: customerIds,
    otherSubscriptionIds: NONE,
    sharedCustomerIds: NONE,
    conflicts: [],
    changesAt: null,
  };
}

/** From so many edges on what they say is found once for all users that share them. */
const MANY_EDGES = 16;
const NO_EDGES: readonly LinkEdge[] = [];

/** Edges by what a function says of them; for many of them sorted once for all users whose snapshots have the same list. */
function createSorting(sortBy: (edge: LinkEdge) => string) {
  const sorted = new WeakMap<readonly LinkEdge[], ReadonlyMap<string, readonly LinkEdge[]>>();
  return (edges: readonly LinkEdge[], wanted: string): readonly LinkEdge[] => {
    if (edges.length < MANY_EDGES) return edges.filter((edge) => sortBy(edge) === wanted);
    const known = sorted.get(edges) ?? groupBy(edges, sortBy);
    sorted.set(edges, known);
    return known.get(wanted) ?? NO_EDGES;
  };
}

const pickByUser = createSorting(({ userId }) => userId);
const pickByCustomer = createSorting(({ customerId }) => customerId);

/** Did staff decide that this link is none? A confirmed subscription stands beside a customer that was rejected. */
export const isRejected = (
  { rejections }: Pick<UserSnapshot, "rejections">,
  { userId, customerId, subscriptionId, source }: LinkEdge,
) =>
  rejections.some(
    (one) =>
      one.userId === userId &&
      one.customerId === customerId &&
      (one.subscriptionId === null
        ? !(source === "confirmed" && subscriptionId !== null)
        : one.subscriptionId === subscriptionId),
  );

function resolveShares(
  { record, edges, rejections, customers }: LinkInput,
  customerIds: readonly string[],
  rules: Rules,
): Omit<UserLinks, "customerIds" | "sources"> {
  const ownCustomerIds: string[] = [];
  const others = new Set<string>();
  const shared = new Set<string>();
  const conflicts: LinkConflict[] = [];
  let changesAt: EpochSeconds | null = null;
  for (const customerId of customerIds) {
    const customer = customers.find(({ id }) => id === customerId);
    const ofCustomer = pickByCustomer(edges, customerId);
    if (isNowhere(customer) && ofCustomer.every(({ source }) => source !== "confirmed")) {
      ownCustomerIds.push(customerId);
      if (ofCustomer.some(({ userId }) => userId !== record.userId)) shared.add(customerId);
      continue;
    }
    const ground = {
      customer,
      edges: ofCustomer,
      rejections: rejections.filter((one) => one.customerId === customerId),
    };
    const division = divideOnce(ground, rules);
    if (division.changesAt !== null)
      changesAt = Math.min(changesAt ?? division.changesAt, division.changesAt);
    const share = resolveShare(record.userId, customerId, division);
    if (share.owns) ownCustomerIds.push(customerId);
    for (const id of share.otherSubscriptionIds) others.add(id);
    if (share.isShared) shared.add(customerId);
    if (share.conflict) conflicts.push(share.conflict);
  }
  return { ownCustomerIds, otherSubscriptionIds: others, sharedCustomerIds: shared, conflicts, changesAt };
}

type Ground = {
  customer: ObservedCustomer | undefined;
  edges: readonly LinkEdge[];
  rejections: readonly Rejection[];
};
type TimedDivision = Division & { changesAt: EpochSeconds | null };

function divide({ customer, edges, rejections }: Ground, rules: Rules): TimedDivision {
  const subscriptions = customer?.subscriptions ?? [];
  const rated = subscriptions.map((one) => rateSubscription(one, rules));
  const times = rated.flatMap(({ changesAt }) => (changesAt === null ? [] : [changesAt]));
  const withSeats = new Set(rated.filter(givesSeats).map(({ subscription }) => subscription.id));
  const division = divideCustomer({ edges, rejections, subscriptions, withSeats });
  return { ...division, changesAt: times.length === 0 ? null : Math.min(...times) };
}

const divided = new WeakMap<readonly LinkEdge[], { ground: Ground; rules: Rules; division: TimedDivision }>();

/** The same again for the next of many users who claim the customer, as long as all that it depends on is the same. */
function divideOnce(ground: Ground, rules: Rules): TimedDivision {
  if (ground.edges.length < MANY_EDGES) return divide(ground, rules);
  const known = divided.get(ground.edges);
  const { rejections } = ground;
  if (
    known !== undefined &&
    known.rules.catalogue === rules.catalogue &&
    known.rules.policy === rules.policy &&
    known.rules.now === rules.now &&
    known.ground.customer === ground.customer &&
    known.ground.rejections.length === rejections.length &&
    known.ground.rejections.every((one, n) => one === rejections[n])
  )
    return known.division;
  const division = divide(ground, rules);
  divided.set(ground.edges, { ground, rules, division });
  return division;
}

/**
 * Stripe does not have it, or never listed it: a placeholder such as `none`, which an application writes for each user who does not
 * pay. There is nothing that two users could claim, and it may be recorded by all of them.
 */
const isNowhere = (customer: ObservedCustomer | undefined): boolean =>
  customer === undefined || customer.state === "missing";

/** The customer with the subscriptions that are this user's; itself when all are. */
export function pickOwnSubscriptions(
  customer: ObservedCustomer,
  { otherSubscriptionIds }: Pick<UserLinks, "otherSubscriptionIds">,
): ObservedCustomer {
  const isOther = ({ id }: { id: string }) => otherSubscriptionIds.has(id);
  if (otherSubscriptionIds.size === 0 || !customer.subscriptions.some(isOther)) return customer;
  return { ...customer, subscriptions: customer.subscriptions.filter((one) => !isOther(one)) };
}
