import type { BillingState } from "~/billing/record";
import type { Verdict } from "~/billing/verdicts/catalogue";
import type { Flag } from "~/billing/verdicts/flags";
import type { ShippedPlanId } from "../../../prisma/plans";
import type { PriceKey } from "./prices";

/** One subscription in Stripe. Days are counted from the moment of seeding. */
export type SubscriptionStory = {
  price: PriceKey;
  /** Days since it began. */
  since: number;
  /** `active`, unless given. Any word is allowed, because Stripe may add statuses. */
  status?: string;
  quantity?: number;
  /** Days since it ended. */
  ended?: number;
  /** Days since the current month of billing began; computed from `since`, unless given. */
  monthBegan?: number;
  trialEndsIn?: number;
  /** Payments are not collected for now. */
  collectionPaused?: true;
  cancelAtPeriodEnd?: true;
  /** Days until the scheduled end, set with `cancel_at` alone as the customer portal does. */
  cancelIn?: number;
};

/**
 * How a customer is linked to the user: recorded in the database, `metadata.userId` of the customer or of the
 * subscription (a guest checkout), a checkout session, the email address alone, or not at all.
 */
export type LinkStory = "recorded" | "customer" | "subscription" | "session" | "email" | "none";

export type CustomerStory = {
  link: LinkStory;
  subscriptions: SubscriptionStory[];
  /** The user's address, unless given. */
  email?: string;
  /** Deleted in Stripe, or recorded but never in this Stripe account. */
  state?: "deleted" | "missing";
  /** `metadata.userId` names the user of the next story. */
  metadataNamesNext?: true;
};

/** Returns what the database says, given what it should say. */
export type ChangeRecord = (expected: BillingState, facts: RecordFacts) => BillingState;
export type RecordFacts = { key: string; now: number; recordedCustomerId: string | null };

export type CompStory = { plan: ShippedPlanId; reason: string; since: number; endsIn: number };

/** One user of the demo: one entry of the tables in `stories/`. */
export type Story = {
  /** The verdict after a full run. A test checks it for every story. */
  verdict: Verdict;
  flags?: Flag[];
  name?: string;
  /** One, unless given. */
  workspaces?: number;
  emailUnverified?: true;
  customers?: CustomerStory[];
  /** Makes the record wrong. Without it, the record is as expected. */
  changeRecord?: ChangeRecord;
  comp?: CompStory;
  /** Why staff put this user on hold. */
  hold?: string;
  /** Why staff acknowledged the mismatches. */
  acknowledged?: string;
  /** Why the last lookup in Stripe failed. */
  lookupFailure?: string;
};

/** A subscription that began `since` days ago. */
export const buy = (
  price: PriceKey,
  since: number,
  more: Omit<SubscriptionStory, "price" | "since"> = {},
): SubscriptionStory => ({ price, since, ...more });

const linkBy =
  (link: LinkStory) =>
  (...subscriptions: SubscriptionStory[]): CustomerStory => ({ link, subscriptions });

export const linkByRecord = linkBy("recorded");
export const linkByCustomerMetadata = linkBy("customer");
export const linkBySubscriptionMetadata = linkBy("subscription");
export const linkByCheckoutSession = linkBy("session");
export const linkByEmail = linkBy("email");
export const leaveUnlinked = linkBy("none");
