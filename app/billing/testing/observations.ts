import { type Evaluation, evaluate, type PolicyContext } from "~/billing/evaluation/evaluate";
import { FIELDS } from "~/billing/fields";
import type { ObservedCustomer, Subscription, SubscriptionItem } from "~/billing/observation";
import { buildCatalogue, type Plan } from "~/billing/plans";
import { DEFAULT_POLICY } from "~/billing/policy";
import {
  type BillingRow,
  buildRow,
  emptyRow,
  emptyValue,
  type UserRecord,
  type WorkspaceRow,
} from "~/billing/record";
import type { Comp, LinkEdge, UserSnapshot } from "~/billing/snapshot";
import { STRIPES_WORDS } from "~/billing/vocabulary/vocabulary";

/** Tuesday 10 November 2026, 12:00 UTC: the time of every test, in epoch seconds. */
export const NOW = Date.UTC(2026, 10, 10, 12) / 1000;
export const DAY = 86_400;
export const HOUR = 3_600;

export const STARTER: Plan = { id: "starter", name: "Starter", seats: 1 };
export const ARMY: Plan = { id: "army", name: "Army", seats: 5 };

/** The shipped catalogue: both plans mapped by their lookup keys. */
export const CATALOGUE = buildCatalogue(
  [STARTER, ARMY],
  [
    { planId: "starter", priceId: null, lookupKey: "starter_monthly" },
    { planId: "army", priceId: null, lookupKey: "army_yearly" },
  ],
);

export const CONTEXT: PolicyContext = { catalogue: CATALOGUE, policy: DEFAULT_POLICY, now: NOW };

/** One Army a year: $200, this period from 3 November 2026. */
export function anArmyItem(changes: Partial<SubscriptionItem> = {}): SubscriptionItem {
  return {
    id: "si_army",
    priceId: "price_army",
    lookupKey: "army_yearly",
    unitAmount: 20_000,
    currency: "usd",
    interval: "year",
    intervalCount: 1,
    quantity: 1,
    periodStart: NOW - 7 * DAY,
    periodEnd: NOW + 358 * DAY,
    ...changes,
  };
}

/** One Starter a month: $20, this period from 3 November 2026. */
export function aStarterItem(changes: Partial<SubscriptionItem> = {}): SubscriptionItem {
  return anArmyItem({
    id: "si_starter",
    priceId: "price_starter",
    lookupKey: "starter_monthly",
    unitAmount: 2_000,
    interval: "month",
    periodEnd: NOW + 23 * DAY,
    ...changes,
  });
}

/** An item with an unmapped price. */
export function anUnmappedItem(changes: Partial<SubscriptionItem> = {}): SubscriptionItem {
  return anArmyItem({ id: "si_other", priceId: "price_other", lookupKey: null, ...changes });
}

/** An active Army subscription of `cus_1`, started on 3 November 2026. */
export function aSubscription(changes: Partial<Subscription> = {}): Subscription {
  return {
    id: "sub_1",
    customerId: "cus_1",
    status: "active",
    metadataUserId: null,
    items: [anArmyItem()],
    created: NOW - 7 * DAY,
    startDate: NOW - 7 * DAY,
    canceledAt: null,
    endedAt: null,
    cancelAt: null,
    cancelAtPeriodEnd: false,
    latestInvoiceId: null,
    testClockId: null,
    collectionPaused: false,
    pastDueSince: null,
    unpaidSince: null,
    entitlingSince: null,
    ...changes,
  };
}

/** The same, canceled two days ago. */
export function aCanceledSubscription(changes: Partial<Subscription> = {}): Subscription {
  return aSubscription({
    status: "canceled",
    canceledAt: NOW - 2 * DAY,
    endedAt: NOW - 2 * DAY,
    ...changes,
  });
}

/** `cus_1`, completely read at version 10; its subscriptions get its id. */
export function aCustomer(changes: Partial<ObservedCustomer> = {}): ObservedCustomer {
  const id = changes.id ?? "cus_1";
  return {
    id,
    email: "ada@example.com",
    name: null,
    metadataUserId: null,
    state: "present",
    created: NOW - 30 * DAY,
    completeVersionStart: 10,
    completeAt: NOW - HOUR,
    ...changes,
    subscriptions: (changes.subscriptions ?? []).map((one) => ({ ...one, customerId: id })),
  };
}

type RecordChanges = Partial<Omit<UserRecord, "user">> & { user?: Partial<UserRecord["user"]> };

/** User `u_1` with nothing recorded and one locked workspace. */
export function aRecord({ user = {}, ...changes }: RecordChanges = {}): UserRecord {
  return {
    userId: "u_1",
    email: "ada@example.com",
    emailVerified: true,
    name: "Ada",
    user: {
      ...emptyRow("user"),
      stripeCustomerId: null,
      plan: null,
      subscriptionStatus: null,
      currentPeriodEnd: null,
      cancelAtPeriodEnd: false,
      ...user,
    },
    billing: null,
    workspaces: [aLockedWorkspace()],
    ...changes,
  };
}

/** The `BillingSubscription` row that matches `aSubscription()`. */
export function aBillingRow(changes: Partial<BillingRow> = {}): BillingRow {
  const item = anArmyItem();
  const subscription = aSubscription();
  return {
    ...buildRow(
      "billing",
      FIELDS,
      (_, field) => field.fromStripe?.(item, subscription, STRIPES_WORDS) ?? emptyValue(field),
    ),
    stripeSubscriptionId: "sub_1",
    stripePriceId: item.priceId,
    status: "active",
    plan: "army",
    amount: item.unitAmount,
    currency: item.currency,
    interval: item.interval,
    currentPeriodStart: item.periodStart,
    currentPeriodEnd: item.periodEnd,
    cancelAtPeriodEnd: false,
    ...changes,
  };
}

/** User `u_1`, whose record matches `aSubscription()` of `cus_1`, with one open workspace. */
export function aRecordInSync({ user = {}, ...changes }: RecordChanges = {}): UserRecord {
  return aRecord({
    user: {
      stripeCustomerId: "cus_1",
      plan: "army",
      subscriptionStatus: "active",
      currentPeriodEnd: anArmyItem().periodEnd,
      ...user,
    },
    billing: aBillingRow(),
    workspaces: [anOpenWorkspace()],
    ...changes,
  });
}

/** User `u_1`, whose record matches `aCanceledSubscription()`: plan and row as history, workspace locked. */
export function aCanceledRecord({ user = {}, ...changes }: RecordChanges = {}): UserRecord {
  return aRecordInSync({
    user: { subscriptionStatus: "canceled", ...user },
    billing: aBillingRow({ status: "canceled" }),
    workspaces: [aLockedWorkspace()],
    ...changes,
  });
}

export const anOpenWorkspace = (seats = 5, id = "w_1"): WorkspaceRow => ({ id, status: "active", seats });
export const aLockedWorkspace = (id = "w_1"): WorkspaceRow => ({ id, status: "locked", seats: 0 });

export function aComp(changes: Partial<Comp> = {}): Comp {
  return {
    id: "comp_1",
    plan: STARTER,
    expiresAt: NOW + 30 * DAY,
    revokedAt: null,
    applied: false,
    ...changes,
  };
}

export const aLink = (customerId: string, changes: Partial<LinkEdge> = {}): LinkEdge => ({
  userId: "u_1",
  customerId,
  subscriptionId: null,
  source: "recorded",
  ...changes,
});

/**
 * Everything is known, and `u_1` is linked to all given customers. A revocation was evaluated at version 5, before the
 * customers were read.
 */
export function aSnapshot(changes: Partial<UserSnapshot> = {}): UserSnapshot {
  const customers = changes.customers ?? [];
  return {
    record: aRecord(),
    edges: customers.map(({ id }) => aLink(id)),
    rejections: [],
    customers,
    emailCandidates: [],
    references: [],
    verifiedUsersWithEmail: 1,
    addressSince: null,
    held: { customerIds: [], subscriptionIds: [], orphanedSubscriptionIds: [] },
    coverage: { fullRun: true, address: true },
    comps: [],
    hold: null,
    acknowledged: null,
    lookupFailure: null,
    observedAt: NOW - HOUR,
    revocationVersion: 5,
    ...changes,
  };
}

/** Evaluates a snapshot in the shipped catalogue, by the default policy, now. */
export function evaluateSnapshot(
  changes: Partial<UserSnapshot>,
  context: Partial<PolicyContext> = {},
): Evaluation {
  return evaluate(aSnapshot(changes), { ...CONTEXT, ...context });
}
