import type { BillingState } from "~/billing/record";
import type { Flag, Verdict } from "~/billing/verdicts";
import type { ShippedPlanId } from "../../../prisma/plans";
import type { PriceKey } from "./prices";

/** What one subscription in Stripe is. Days are counted from the moment of seeding. */
export type SubscriptionStory = {
  price: PriceKey;
  /** Days ago that it began. */
  since: number;
  /** `active`, unless told otherwise; any word, as at Stripe. */
  status?: string;
  quantity?: number;
  /** Days ago that it ended. */
  ended?: number;
  /** Days ago that the present month began; the one that holds now, unless told otherwise. */
  monthBegan?: number;
  trialEndsIn?: number;
  cancelAtPeriodEnd?: true;
  /** Scheduled by `cancel_at` alone, as the customer portal does: in so many days. */
  cancelIn?: number;
};

/**
 * How a customer is the user's: recorded in the database, named by `metadata.userId` of the customer or of the
 * subscription (a guest checkout), by a checkout session, by the e-mail address alone, or not at all.
 */
export type LinkStory = "recorded" | "customer" | "subscription" | "session" | "email" | "none";

export type CustomerStory = {
  link: LinkStory;
  subscriptions: SubscriptionStory[];
  /** Another address than the user's. */
  email?: string;
  /** Deleted in Stripe; or recorded, and never in this Stripe account. */
  state?: "deleted" | "missing";
  /** `metadata.userId` names the user of the next story. */
  metadataNamesNext?: true;
};

/** What the database says, given what it should say. */
export type Recorded = (right: BillingState, facts: RecordedFacts) => BillingState;
export type RecordedFacts = { key: string; now: number; recordedCustomerId: string | null };

export type CompStory = { plan: ShippedPlanId; reason: string; since: number; endsIn: number };

/** One user of the demo: one line of the tables in `stories/`. */
export type Story = {
  /** What a finished full pass says, as the product paper has it; the demo's test holds every story to it. */
  verdict: Verdict;
  flags?: Flag[];
  name?: string;
  /** One, unless told otherwise. */
  workspaces?: number;
  emailUnverified?: true;
  customers?: CustomerStory[];
  /** As it should be, unless told otherwise. */
  recorded?: Recorded;
  comp?: CompStory;
  /** Why staff hold this user. */
  hold?: string;
  /** Why staff acknowledged the mismatches. */
  acknowledged?: string;
  /** Why the last look-up failed. */
  lookupFailure?: string;
};

/** A subscription that began so many days ago. */
export const sub = (
  price: PriceKey,
  since: number,
  more: Omit<SubscriptionStory, "price" | "since"> = {},
): SubscriptionStory => ({ price, since, ...more });

const linkedBy =
  (link: LinkStory) =>
  (...subscriptions: SubscriptionStory[]): CustomerStory => ({ link, subscriptions });

export const recordedCustomer = linkedBy("recorded");
export const customerWithMetadata = linkedBy("customer");
export const guest = linkedBy("subscription");
export const fromSession = linkedBy("session");
export const sameAddress = linkedBy("email");
export const unlinked = linkedBy("none");
