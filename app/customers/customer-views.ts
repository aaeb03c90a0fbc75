import type { Access } from "~/billing/access";
import type { EpochSeconds } from "~/billing/observation";
import type { PriceView } from "~/dashboard/views";

/** The subscription that counts, as its customer may see it: no ids. */
export type CustomerSubscription = {
  /** Null when no plan claims its price. */
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
