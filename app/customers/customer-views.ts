import type { Access } from "~/billing/access";
import type { EpochSeconds } from "~/billing/observation";
import type { PriceView } from "~/dashboard/user-view.server";
import type { PlanForSale } from "./plans-for-sale.server";

/** The subscription that counts, as its customer may see it: no ids. */
export type CustomerSubscription = {
  /** Null when its price is not mapped to a plan. */
  plan: { name: string; seats: number } | null;
  price: PriceView | null;
  /** Stripe's, verbatim. */
  status: string;
  access: Access;
  periodEnd: EpochSeconds | null;
  /** When a scheduled cancellation takes effect; null when none is scheduled. */
  endsAt: EpochSeconds | null;
  /** Until when a subscription that is past due still gives access; null in any other status. */
  graceEndsAt: EpochSeconds | null;
};

/** All that the customer's page shows of one workspace: access as recorded, and why, as last read from Stripe. */
export type CustomerPage = {
  workspace: { id: string; name: string; status: string; seats: number };
  /** How far the check of the payment is: see `WorkspaceAnswer`. */
  checking: boolean;
  /** The last check found nobody to ask. */
  unavailable: boolean;
  subscription: CustomerSubscription | null;
  comp: { planName: string; seats: number; until: EpochSeconds } | null;
  /** A payment is there that nobody has matched with this customer yet. */
  maybePaid: boolean;
  /** Whether Stripe has a customer whose billing can be managed. */
  hasCustomer: boolean;
  /** Where the customer may write to; null when nobody has said. */
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
 * Why nothing is sold. `already_paying`: there is an open subscription; it is changed in the portal, not bought again.
 * `just_paid`: a payment page was paid, and its subscription is not attached yet. `being_matched`: a payment is there that
 * staff must match with this user first. `not_checked`: Stripe could not be asked what they have already.
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
  | "stripe_failed";

/** What the return page shows. `before` and `after` are statuses of the user's first workspace. */
export type CheckoutSync =
  | { state: "done"; before: WorkspaceAnswer["billing"]; after: WorkspaceAnswer["billing"]; access: boolean }
  | { state: "pending" }
  | { state: "not_yours" }
  | { state: "too_many"; retryAfterSeconds: number };
