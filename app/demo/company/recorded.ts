import type { BillingRow, BillingState, UserBilling } from "~/billing/record";
import { stripeId } from "./ids";
import { type PriceKey, priceIdOf, priceOf, seatsOf } from "./prices";
import type { Recorded } from "./story";

// The ways in which a database comes to say something else than it should.

const DAY = 86_400;

const withBilling = (state: BillingState, change: Partial<BillingRow>): BillingState => ({
  ...state,
  billing: state.billing && { ...state.billing, ...change },
});
const withUser = (state: BillingState, change: Partial<UserBilling>): BillingState => ({
  ...state,
  user: { ...state.user, ...change },
});
const withWorkspaces = (state: BillingState, seats: number): BillingState => ({
  ...state,
  workspaces: state.workspaces.map(({ id }) => ({
    id,
    status: seats > 0 ? "active" : "locked",
    seats,
  })),
});

/** The webhook was lost: nothing was written at all. */
export const nothing: Recorded = (right, { recordedCustomerId }) => ({
  ...withWorkspaces(right, 0),
  billing: null,
  user: {
    stripeCustomerId: recordedCustomerId,
    plan: null,
    subscriptionStatus: null,
    currentPeriodEnd: null,
    cancelAtPeriodEnd: false,
  },
});

/** The handler crashed in the middle: billing is there, the workspaces stayed locked. */
export const locked: Recorded = (right) => withWorkspaces(right, 0);

/** Workspaces with another number of soldiers than the plan has. */
export const seats =
  (count: number): Recorded =>
  (right) =>
    withWorkspaces(right, count);

/** The second workspace was made after the payment, and stayed locked. */
export const secondLocked: Recorded = (right) => ({
  ...right,
  workspaces: right.workspaces.map((workspace, index) =>
    index === 1 ? { ...workspace, status: "locked", seats: 0 } : workspace,
  ),
});

/** Another status, and access as it is. */
export const status =
  (recorded: string): Recorded =>
  (right) =>
    withUser(withBilling(right, { status: recorded }), { subscriptionStatus: recorded });

/** The end was never heard of: active, with all soldiers of the plan. */
export const stillActive: Recorded = (right, facts) =>
  withWorkspaces(status("active")(right, facts), seatsOf(right.user.plan));

/** No cancellation was heard of. */
export const notCancelled: Recorded = (right) =>
  withUser(withBilling(right, { cancelAtPeriodEnd: false }), { cancelAtPeriodEnd: false });

const pricedAt = (key: PriceKey) => {
  const { amount, currency, interval, plan } = priceOf(key);
  return { stripePriceId: priceIdOf(key), amount, currency, interval, plan };
};

/** The price that they had before. */
export const priceBefore =
  (key: PriceKey): Recorded =>
  (right) => {
    const before = pricedAt(key);
    const state = withUser(withBilling(right, before), { plan: before.plan });
    return withWorkspaces(state, seatsOf(before.plan));
  };

/** The renewal was never heard of. */
export const periodBehind =
  (days: number): Recorded =>
  (right) => {
    const earlier = (time: number | null) => time && time - days * DAY;
    const { billing, user } = right;
    const state = withBilling(right, {
      currentPeriodStart: earlier(billing?.currentPeriodStart ?? null),
      currentPeriodEnd: earlier(billing?.currentPeriodEnd ?? null),
    });
    return withUser(state, { currentPeriodEnd: earlier(user.currentPeriodEnd) });
  };

export const noCustomerId: Recorded = (right) => withUser(right, { stripeCustomerId: null });

/** Access, and nothing of billing but the customer. */
export const onlyAccess: Recorded = (right, { recordedCustomerId, now }) =>
  withWorkspaces(
    {
      ...right,
      user: {
        stripeCustomerId: recordedCustomerId,
        plan: "starter",
        subscriptionStatus: "active",
        currentPeriodEnd: now + 12 * DAY,
        cancelAtPeriodEnd: false,
      },
    },
    seatsOf("starter"),
  );

/** A subscription that this Stripe account does not list. */
export const unknownToStripe =
  (price: PriceKey): Recorded =>
  (right, { key, now, recordedCustomerId }) => {
    const priced = pricedAt(price);
    const period = { currentPeriodEnd: now + 19 * DAY, cancelAtPeriodEnd: false };
    return withWorkspaces(
      {
        ...right,
        user: {
          stripeCustomerId: recordedCustomerId,
          plan: priced.plan,
          subscriptionStatus: "active",
          ...period,
        },
        billing: {
          stripeSubscriptionId: stripeId("sub_1", `${key}/not in this account`),
          status: "active",
          currentPeriodStart: now - 11 * DAY,
          ...priced,
          ...period,
        },
      },
      seatsOf(priced.plan),
    );
  };

/** The subscription before this one, on the same price. */
export const subscriptionBefore: Recorded = (right, { key }) =>
  withBilling(right, { stripeSubscriptionId: stripeId("sub_1", `${key}/0/0`) });
