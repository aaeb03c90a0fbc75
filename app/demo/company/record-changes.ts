import { type BillingRow, type BillingState, emptyRow, type UserBilling } from "~/billing/record";
import { makeStripeId } from "./ids";
import { findPrice, findSeats, makePriceId, type PriceKey } from "./prices";
import type { ChangeRecord } from "./story";

// Each function changes an expected record into one that is wrong in a way that happens in production.

const DAY = 86_400;

const changeBilling = (state: BillingState, change: Partial<BillingRow>): BillingState => ({
  ...state,
  billing: state.billing && { ...state.billing, ...change },
});
const changeUser = (state: BillingState, change: Partial<UserBilling>): BillingState => ({
  ...state,
  user: { ...state.user, ...change },
});
const changeWorkspaces = (state: BillingState, seats: number): BillingState => ({
  ...state,
  workspaces: state.workspaces.map((workspace) => ({
    ...workspace,
    status: seats > 0 ? "active" : "locked",
    seats,
  })),
});

/** The webhook was lost, so nothing was written. */
export const clearRecord: ChangeRecord = (expected, { recordedCustomerId }) => ({
  ...changeWorkspaces(expected, 0),
  billing: null,
  user: { ...emptyRow("user"), stripeCustomerId: recordedCustomerId },
});

/** The webhook handler crashed halfway: billing was written, the workspaces stayed locked. */
export const lockWorkspaces: ChangeRecord = (expected) => changeWorkspaces(expected, 0);

/** The workspaces have another number of seats than the plan. */
export const setSeats =
  (count: number): ChangeRecord =>
  (expected) =>
    changeWorkspaces(expected, count);

/** The second workspace was created after the payment and stayed locked. */
export const lockSecondWorkspace: ChangeRecord = (expected) => ({
  ...expected,
  workspaces: expected.workspaces.map((workspace, index) =>
    index === 1 ? { ...workspace, status: "locked", seats: 0 } : workspace,
  ),
});

/** The status is wrong, access is right. */
export const setStatus =
  (recordedStatus: string): ChangeRecord =>
  (expected) =>
    changeUser(changeBilling(expected, { status: recordedStatus }), { subscriptionStatus: recordedStatus });

/** The end of the subscription was missed: still active, with all seats of the plan. */
export const keepActive: ChangeRecord = (expected, facts) =>
  changeWorkspaces(setStatus("active")(expected, facts), findSeats(expected.user.plan));

/** The scheduled cancellation was missed. */
export const missCancellation: ChangeRecord = (expected) =>
  changeUser(changeBilling(expected, { cancelAtPeriodEnd: false }), { cancelAtPeriodEnd: false });

const toPriceColumns = (key: PriceKey) => {
  const { amount, currency, interval, plan } = findPrice(key);
  return { stripePriceId: makePriceId(key), amount, currency, interval, plan };
};

/** The change of price was missed. */
export const keepOldPrice =
  (key: PriceKey): ChangeRecord =>
  (expected) => {
    const before = toPriceColumns(key);
    const state = changeUser(changeBilling(expected, before), { plan: before.plan });
    return changeWorkspaces(state, findSeats(before.plan));
  };

/** The renewal was missed. */
export const movePeriodBack =
  (days: number): ChangeRecord =>
  (expected) => {
    const moveBack = (time: number | null) => time && time - days * DAY;
    const { billing, user } = expected;
    const state = changeBilling(expected, {
      currentPeriodStart: moveBack(billing?.currentPeriodStart ?? null),
      currentPeriodEnd: moveBack(billing?.currentPeriodEnd ?? null),
    });
    return changeUser(state, { currentPeriodEnd: moveBack(user.currentPeriodEnd) });
  };

export const dropCustomerId: ChangeRecord = (expected) => changeUser(expected, { stripeCustomerId: null });

/** The user has access, but no subscription is recorded. */
export const keepAccessOnly: ChangeRecord = (expected, { recordedCustomerId, now }) =>
  changeWorkspaces(
    {
      ...expected,
      user: {
        ...emptyRow("user"),
        stripeCustomerId: recordedCustomerId,
        plan: "starter",
        subscriptionStatus: "active",
        currentPeriodEnd: now + 12 * DAY,
      },
    },
    findSeats("starter"),
  );

/** A subscription is recorded that does not exist in this Stripe account. */
export const addUnknownSubscription =
  (price: PriceKey): ChangeRecord =>
  (expected, { key, now, recordedCustomerId }) => {
    const priceColumns = toPriceColumns(price);
    const period = { currentPeriodEnd: now + 19 * DAY };
    return changeWorkspaces(
      {
        ...expected,
        user: {
          ...emptyRow("user"),
          stripeCustomerId: recordedCustomerId,
          plan: priceColumns.plan,
          subscriptionStatus: "active",
          ...period,
        },
        billing: {
          ...emptyRow("billing"),
          stripeSubscriptionId: makeStripeId("sub_1", `${key}/not in this account`),
          status: "active",
          currentPeriodStart: now - 11 * DAY,
          ...priceColumns,
          ...period,
        },
      },
      findSeats(priceColumns.plan),
    );
  };

/** The new subscription on the same price was missed. */
export const keepOldSubscription: ChangeRecord = (expected, { key }) =>
  changeBilling(expected, { stripeSubscriptionId: makeStripeId("sub_1", `${key}/0/0`) });
