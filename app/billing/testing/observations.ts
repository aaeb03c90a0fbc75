import { type Evaluation, evaluate, type PolicyContext } from "~/billing/evaluation/evaluate";
import type { ObservedCustomer, Subscription, SubscriptionItem } from "~/billing/observation";
import { catalogueOf, type Plan } from "~/billing/plans";
import { DEFAULT_POLICY } from "~/billing/policy";
import type { BillingRow, UserRecord, WorkspaceRow } from "~/billing/record";
import type { Comp, LinkEdge, UserSnapshot } from "~/billing/snapshot";

/** Tuesday 10 November 2026, 12:00 UTC: the time of every test, in epoch seconds. */
export const NOW = Date.UTC(2026, 10, 10, 12) / 1000;
export const DAY = 86_400;
export const HOUR = 3_600;

export const STARTER: Plan = { id: "starter", name: "Starter", seats: 1 };
export const ARMY: Plan = { id: "army", name: "Army", seats: 5 };

/** The shipped catalogue: both plans claimed by their lookup keys. */
export const CATALOGUE = catalogueOf(
  [STARTER, ARMY],
  [
    { planId: "starter", priceId: null, lookupKey: "starter_monthly" },
    { planId: "army", priceId: null, lookupKey: "army_yearly" },
  ],
);

export const CONTEXT: PolicyContext = { catalogue: CATALOGUE, policy: DEFAULT_POLICY, now: NOW };

/** One Army a year: $200, this period from 3 November 2026. */
export function armyItem(changes: Partial<SubscriptionItem> = {}): SubscriptionItem {
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
export function starterItem(changes: Partial<SubscriptionItem> = {}): SubscriptionItem {
  return armyItem({
    id: "si_starter",
    priceId: "price_starter",
    lookupKey: "starter_monthly",
    unitAmount: 2_000,
    interval: "month",
    periodEnd: NOW + 23 * DAY,
    ...changes,
  });
}

/** A price that no plan claims. */
export function unknownItem(changes: Partial<SubscriptionItem> = {}): SubscriptionItem {
  return armyItem({ id: "si_other", priceId: "price_other", lookupKey: null, ...changes });
}

/** An active Army of `cus_1`, begun on 3 November 2026. */
export function aSubscription(changes: Partial<Subscription> = {}): Subscription {
  return {
    id: "sub_1",
    customerId: "cus_1",
    status: "active",
    metadataUserId: null,
    items: [armyItem()],
    created: NOW - 7 * DAY,
    startDate: NOW - 7 * DAY,
    canceledAt: null,
    endedAt: null,
    cancelAt: null,
    cancelAtPeriodEnd: false,
    latestInvoiceId: null,
    testClockId: null,
    pastDueSince: null,
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

/** `cus_1`, completely read at stamp 10; its subscriptions are made its own. */
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
      stripeCustomerId: null,
      plan: null,
      subscriptionStatus: null,
      currentPeriodEnd: null,
      cancelAtPeriodEnd: false,
      ...user,
    },
    billing: null,
    workspaces: [locked()],
    ...changes,
  };
}

/** The `BillingSubscription` row that says what `aSubscription()` says. */
export function aBillingRow(changes: Partial<BillingRow> = {}): BillingRow {
  const item = armyItem();
  return {
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

/** User `u_1` recorded exactly as `aSubscription()` of `cus_1` says, with one open workspace. */
export function aRecordInSync({ user = {}, ...changes }: RecordChanges = {}): UserRecord {
  return aRecord({
    user: {
      stripeCustomerId: "cus_1",
      plan: "army",
      subscriptionStatus: "active",
      currentPeriodEnd: armyItem().periodEnd,
      ...user,
    },
    billing: aBillingRow(),
    workspaces: [unlocked()],
    ...changes,
  });
}

/** User `u_1` recorded exactly as `aCanceledSubscription()` says: plan and row as history, locked. */
export function aCanceledRecord({ user = {}, ...changes }: RecordChanges = {}): UserRecord {
  return aRecordInSync({
    user: { subscriptionStatus: "canceled", ...user },
    billing: aBillingRow({ status: "canceled" }),
    workspaces: [locked()],
    ...changes,
  });
}

export const unlocked = (seats = 5, id = "w_1"): WorkspaceRow => ({ id, status: "active", seats });
export const locked = (id = "w_1"): WorkspaceRow => ({ id, status: "locked", seats: 0 });

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

export const edge = (customerId: string, changes: Partial<LinkEdge> = {}): LinkEdge => ({
  userId: "u_1",
  customerId,
  source: "recorded",
  ...changes,
});

/**
 * Everything is known, and `u_1` is linked to every customer that is given. A revocation was evaluated at stamp 5, before the
 * customers were read.
 */
export function aSnapshot(changes: Partial<UserSnapshot> = {}): UserSnapshot {
  const customers = changes.customers ?? [];
  return {
    record: aRecord(),
    edges: customers.map(({ id }) => edge(id)),
    rejectedCustomerIds: [],
    customers,
    emailCandidates: [],
    usersWithEmail: 1,
    coverage: { pass: true, address: true },
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
export function evaluated(changes: Partial<UserSnapshot>, context: Partial<PolicyContext> = {}): Evaluation {
  return evaluate(aSnapshot(changes), { ...CONTEXT, ...context });
}
