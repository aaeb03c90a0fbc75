import fc from "fast-check";
import type { DecideInput } from "~/billing/evaluation/decide";
import { evaluate } from "~/billing/evaluation/evaluate";
import { pickOwnSubscriptions, resolveLinks } from "~/billing/links/links";
import type { ObservedCustomer } from "~/billing/observation";
import { DEFAULT_POLICY } from "~/billing/policy";
import { type BillingRow, emptyRow, type UserRecord } from "~/billing/record";
import type { Comp, HeldIds, LinkEdge, LinkSource, Rejection, UserSnapshot } from "~/billing/snapshot";
import { describeStripeState } from "~/billing/stripe-state";
import { catalogue, customers, PRO, REVOCATION_VERSION } from "./arbitraries";
import { ARMY, anArmyItem, DAY, NOW, STARTER } from "./observations";

const workspaces = fc
  .array(
    fc.constantFrom(
      { status: "active", seats: 5 },
      { status: "active", seats: 1 },
      { status: "active", seats: 0 },
      { status: "locked", seats: 0 },
      { status: "locked", seats: 0 },
      { status: "locked", seats: 3 },
      { status: "archived", seats: 2 },
    ),
    { maxLength: 3 },
  )
  .map((all) => all.map((one, index) => ({ ...one, id: `w_${index}` })));

const plan = fc.constantFrom(null, "starter", "army", "free", "enterprise", "PRO ");
const status = fc.constantFrom(
  ...[null, "active", "active", "past_due", "canceled", "canceled", "incomplete", "dormant"],
  ...["ACTIVE", "lifetime", "", "Canceled"],
);
const periodEnd = fc.constantFrom(null, anArmyItem().periodEnd, NOW);
const recordedSubscriptionId = fc.constantFrom("sub_10", "sub_10", "sub_11", "sub_20", "sub_30", "sub_none");

const knownColumns = fc.record({
  stripeSubscriptionId: recordedSubscriptionId,
  stripePriceId: fc.constantFrom("price_army", "price_starter"),
  status: fc.constantFrom("active", "canceled", "incomplete", "lifetime", ""),
  plan,
  amount: fc.constantFrom(20_000, 2_000, null),
  currency: fc.constant("usd"),
  interval: fc.constantFrom("month", "year", null),
  currentPeriodStart: periodEnd,
  currentPeriodEnd: periodEnd,
  cancelAtPeriodEnd: fc.boolean(),
});
const billing: fc.Arbitrary<BillingRow> = knownColumns.map((row) => ({ ...emptyRow("billing"), ...row }));

const record: fc.Arbitrary<UserRecord> = fc.record({
  userId: fc.constant("u_1"),
  email: fc.constant("ada@example.com"),
  emailVerified: fc.constantFrom(true, true, true, false),
  name: fc.constant(null),
  user: fc
    .record({
      stripeCustomerId: fc.constantFrom(null, null, "cus_1", "cus_1", "cus_2", "cus_unseen"),
      plan,
      subscriptionStatus: status,
      currentPeriodEnd: periodEnd,
      cancelAtPeriodEnd: fc.boolean(),
    })
    .map((row) => ({ ...emptyRow("user"), ...row })),
  billing: fc.option(billing, { freq: 1 }),
  workspaces,
});

const comps: fc.Arbitrary<Comp[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Comp[]>([]) },
  {
    weight: 1,
    arbitrary: fc
      .array(
        fc.record({
          plan: fc.constantFrom(STARTER, PRO, ARMY),
          expiresAt: fc.constantFrom(NOW - DAY, NOW, NOW + 1, NOW + 10 * DAY),
          revokedAt: fc.constantFrom(null, null, NOW - DAY),
          applied: fc.boolean(),
        }),
        { minLength: 1, maxLength: 2 },
      )
      .map((all) => all.map((one, index) => ({ ...one, id: `comp_${index}` }))),
  },
);

/** Which parts of the record are as expected; the rest stays. */
type InSync = { user: boolean; plan: boolean; status: boolean; billing: boolean; workspaces: boolean };

const inSync: fc.Arbitrary<InSync> = fc.record({
  user: fc.constantFrom(true, true, true, false),
  plan: fc.constantFrom(true, true, true, false),
  status: fc.constantFrom(true, true, true, false),
  billing: fc.constantFrom(true, true, true, false),
  workspaces: fc.boolean(),
});

type Ingredients = {
  record: UserRecord;
  customers: ObservedCustomer[];
  stored: boolean[];
  links: LinkEdge[];
  rest: Omit<UserSnapshot, "record" | "customers" | "edges" | "emailCandidates" | "hold">;
  hold: "none" | "matching" | "other";
  inSync: InSync | null;
};

/** Any possible snapshot of user `u_1`: the links of the record are among the edges, and candidates have theirs. */
export const snapshots: fc.Arbitrary<UserSnapshot> = fc
  .record<Ingredients>({
    record,
    customers,
    stored: fc.array(fc.constantFrom(true, true, true, true, true, true, true, false), {
      minLength: 3,
      maxLength: 3,
    }),
    links: fc.array(
      fc
        .record({
          customerId: fc.constantFrom("cus_1", "cus_1", "cus_2"),
          userId: fc.constantFrom("u_1", "u_1", "u_1", "u_1", "u_1", "u_1", "u_1", "u_2"),
          part: fc.constantFrom(null, null, null, null, "0", "1"),
          source: fc.constantFrom<LinkSource>(
            ...(["metadata", "session", "confirmed", "email", "recorded", "recorded_subscription"] as const),
          ),
        })
        .map(({ part, ...edge }): LinkEdge => {
          const isOwnRecord = edge.userId === "u_1" && edge.source.startsWith("recorded");
          const source = isOwnRecord ? "metadata" : edge.source;
          const isOfOne = source === "recorded_subscription" || (part !== null && source !== "recorded");
          const subscriptionId = isOfOne ? `sub_${edge.customerId.at(-1)}${part ?? "0"}` : null;
          return { ...edge, source, subscriptionId };
        }),
      { maxLength: 3, size: "max" },
    ),
    rest: fc.record({
      rejections: fc.constantFrom<Rejection[]>(
        ...Array<Rejection[]>(6).fill([]),
        [{ userId: "u_1", customerId: "cus_3", subscriptionId: null }],
        [{ userId: "u_1", customerId: "cus_1", subscriptionId: null }],
        [{ userId: "u_1", customerId: "cus_1", subscriptionId: "sub_10" }],
        [{ userId: "u_2", customerId: "cus_1", subscriptionId: null }],
      ),
      references: fc.constant([]),
      verifiedUsersWithEmail: fc.constantFrom(1, 1, 1, 2),
      addressSince: fc.constantFrom(null, null, null, NOW - 30 * DAY, NOW - DAY / 2),
      held: fc.constantFrom<HeldIds>(
        ...Array<HeldIds>(8).fill({ customerIds: [], subscriptionIds: [], orphanedSubscriptionIds: [] }),
        { customerIds: ["cus_1"], subscriptionIds: ["sub_10"], orphanedSubscriptionIds: ["sub_20"] },
      ),
      coverage: fc.record({
        fullRun: fc.constantFrom(true, true, true, true, true, false),
        address: fc.boolean(),
      }),
      comps,
      acknowledged: fc.constant(null),
      lookupFailure: fc.constantFrom(null, "timeout"),
      observedAt: fc.constantFrom(null, NOW - 60, NOW - 2 * DAY),
      revocationVersion: fc.constantFrom(null, REVOCATION_VERSION, REVOCATION_VERSION, REVOCATION_VERSION),
    }),
    hold: fc.constantFrom("none", "none", "none", "none", "none", "none", "matching", "other"),
    inSync: fc.option(inSync, { freq: 3 }),
  })
  .map(({ record, customers, stored, links, rest, hold, inSync }) => {
    const seen = customers.filter((_, index) => stored[index]);
    const bare = { record, customers: seen, edges: links, emailCandidates: [], hold: null, ...rest };
    const random = withRecord(bare, record);
    const snapshot = inSync ? partlyInSync(random, inSync) : random;
    const resolved = resolveLinks(snapshot, { catalogue, policy: DEFAULT_POLICY, now: NOW });
    const own = seen
      .filter(({ id }) => resolved.ownCustomerIds.includes(id))
      .flatMap((one) => pickOwnSubscriptions(one, resolved).subscriptions);
    const stripeState = hold === "matching" ? describeStripeState(own) : "another";
    return { ...snapshot, hold: hold === "none" ? null : { stripeState } };
  });

function partlyInSync(snapshot: UserSnapshot, inSync: InSync): UserSnapshot {
  const { record } = snapshot;
  const { expected } = evaluate(snapshot, { catalogue, policy: DEFAULT_POLICY, now: NOW });
  const user = inSync.user ? expected.user : record.user;
  return withRecord(snapshot, {
    ...record,
    user: {
      ...user,
      plan: inSync.plan ? user.plan : record.user.plan,
      subscriptionStatus: inSync.status ? user.subscriptionStatus : record.user.subscriptionStatus,
    },
    billing: inSync.billing ? expected.billing : record.billing,
    workspaces: inSync.workspaces ? expected.workspaces : record.workspaces,
  });
}

/**
 * The snapshot with another record, and with the links that this record makes: its customer id, and the customer of its
 * subscription. Customers without a link are candidates by email address only.
 */
export function withRecord(snapshot: UserSnapshot, record: UserRecord): UserSnapshot {
  const known = new Map(snapshot.emailCandidates.map(({ customer }) => [customer.id, customer]));
  for (const customer of snapshot.customers) known.set(customer.id, customer);
  const all = [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const edges = snapshot.edges.filter(
    ({ userId, source }) =>
      userId !== record.userId || (source !== "recorded" && source !== "recorded_subscription"),
  );
  const link = (
    customerId: string | null | undefined,
    source: LinkSource,
    subscriptionId: string | null = null,
  ): LinkEdge[] => (customerId ? [{ userId: record.userId, customerId, subscriptionId, source }] : []);
  const recordedSubscription = all
    .flatMap(({ subscriptions }) => subscriptions)
    .find(({ id }) => id === record.billing?.stripeSubscriptionId);
  edges.push(
    ...link(record.user.stripeCustomerId, "recorded"),
    ...link(recordedSubscription?.customerId, "recorded_subscription", recordedSubscription?.id),
  );
  const own = new Set(edges.filter(({ userId }) => userId === record.userId).map((one) => one.customerId));
  const listUsers = (id: string) => [
    ...new Set(edges.filter((one) => one.customerId === id).map((one) => one.userId)),
  ];
  return {
    ...snapshot,
    record,
    edges,
    customers: all.filter(({ id }) => own.has(id)),
    emailCandidates: all
      .filter(({ state }) => state === "present")
      .map((customer) => ({ customer, linkedUserIds: listUsers(customer.id) })),
  };
}

/** Everything else that a decision depends on. */
export const decisions: fc.Arbitrary<Omit<DecideInput, "snapshot" | "evaluation" | "context">> = fc.record({
  writeMode: fc.constantFrom("full", "full", "full", "full", "grant_only", "off"),
  automatic: fc.boolean(),
  revocationLimitHasRoom: fc.constantFrom(true, true, true, false),
  approval: fc.constantFrom(null, null, null, null, { override: false }, { override: true }),
});
