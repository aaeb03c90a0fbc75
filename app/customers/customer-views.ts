import type { Access } from "~/billing/access";
import type { PriceView } from "~/billing/money";
import type { EpochSeconds } from "~/billing/observation";
import type { PlanForSale } from "./plans-for-sale.server";

/** The subscription that counts, as its customer may see it: no ids. */
export type CustomerSubscription = {
  /** Null when its price is not mapped to a plan. */
  plan: { name: string; seats: number } | null;
  price: PriceView | null;
  /** As Stripe sends it. */
  status: string;
  access: Access;
  /** False when it has ended: there is nothing to manage any more. */
  isOpen: boolean;
  periodEnd: EpochSeconds | null;
  /** When a scheduled cancellation takes effect; null when none is scheduled. */
  endsAt: EpochSeconds | null;
  /** Until when a subscription that is past due still gives access; null in any other status. */
  graceEndsAt: EpochSeconds | null;
};

/** What the customer page shows of one workspace: the recorded access, and the subscription as last read from Stripe. */
export type CustomerPage = {
  workspace: { id: string; name: string; status: string; seats: number };
  /** A check of the payment is running. */
  checking: boolean;
  /** They have been at a payment page, or Stripe says that they pay: only then a payment is being confirmed. */
  hasPaid: boolean;
  /** The last check could not read Stripe. */
  unavailable: boolean;
  subscription: CustomerSubscription | null;
  comp: { planName: string; seats: number; until: EpochSeconds } | null;
  /** There is a payment that staff must match with this customer first. */
  maybePaid: boolean;
  /** Whether Stripe has a customer whose billing can be managed. */
  hasCustomer: boolean;
  /** The support contact; null when none is set. */
  contact: string | null;
};

/** What the workspace route answers; `sync.state` per the contract. */
export type WorkspaceAnswer = {
  workspace: { id: string; name: string; status: string; seats: number };
  billing: {
    plan: string | null;
    status: string | null;
    currentPeriodEnd: string | null;
    cancelAtPeriodEnd: boolean;
  };
  sync: { state: "fresh" | "checking" | "stale" | "unavailable"; lastCheckedAt: string | null };
};

export type SoldPlan = { id: string; name: string; seats: number; price: PlanForSale["price"] };

export type StartCheckout = {
  userId: string;
  workspaceId: string;
  planId: string;
  /** Where Stripe sends the customer back to; `{CHECKOUT_SESSION_ID}` is filled in by Stripe. */
  successUrl: string;
  cancelUrl: string;
};

/**
 * Why checkout is not possible. `already_paying`: there is an open subscription, which is changed in the portal. `just_paid`: a
 * payment page was paid, and its subscription does not exist yet. `being_matched`: staff must match a payment with this user
 * first. `not_checked`: Stripe could not be read. `stripe_failed`: trying again may help. `stripe_refused`: it will not.
 */
export type CheckoutRefusal =
  | "not_configured"
  | "unknown_plan"
  | "no_such_workspace"
  | "already_paying"
  | "just_paid"
  | "being_matched"
  | "not_checked"
  | "too_many"
  | "no_customer"
  | "stripe_failed"
  | "stripe_refused";

/** What the return page shows. `before` and `after` are statuses of the user's first workspace. */
export type CheckoutSync =
  | { state: "done"; before: WorkspaceAnswer["billing"]; after: WorkspaceAnswer["billing"]; access: boolean }
  | { state: "pending" }
  | { state: "not_yours" }
  | { state: "too_many"; retryAfterSeconds: number };
