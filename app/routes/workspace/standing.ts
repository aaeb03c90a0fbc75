import { formatMoney } from "~/billing/money";
import type { EpochSeconds } from "~/billing/observation";
import type { CustomerPage, CustomerSubscription } from "~/customers/customer-views";
import type { PriceView } from "~/dashboard/views";
import { formatDay } from "~/ui/format/relative-time";
import { plural } from "~/ui/status/words";

/**
 * What a customer is offered: `plans` to buy, `manage` what they have, `pay` to put a payment right, `again` to look
 * once more, `workspace` to go to it, `patience` while we look, `back` to the application.
 */
export type Offer = "plans" | "manage" | "pay" | "again" | "workspace" | "patience" | "back" | "nothing";

/** Where a customer stands: what they have, until when, what to do. */
export type Standing = { title: string; text: string; offer: Offer };

const DAY = 86_400;

/** While we look whether a payment has arrived. */
export const CONFIRMING: Standing = {
  title: "We’re confirming your payment.",
  text: "This usually takes a few seconds.",
  offer: "patience",
};

/** When it takes longer than people are asked to wait. */
export const LATE: Standing = {
  title: "This is taking longer than usual",
  text: "If you have paid, your payment is safe and your workspace opens by itself. You may close this page and come back.",
  offer: "again",
};

export const SIGNED_OUT: Standing = {
  title: "You have been away for a while",
  text: "Open your workspace once more from the application that you use it in.",
  offer: "back",
};

/** The workspace as its owner reads it. `now` in epoch seconds. */
export function standingOf(page: CustomerPage, now: EpochSeconds): Standing {
  return isOpen(page) ? openSyncStatus(page, now) : lockedStanding(page);
}

export function isOpen({ workspace }: CustomerPage): boolean {
  return workspace.status === "active";
}

/** `$20 a month`, `$60 every 3 months`; what it costs is said at payment when there is no single amount. */
export function priceWords({ unitAmount, currency, interval, intervalCount, quantity }: PriceView): string {
  if (unitAmount === null) return "Price shown at payment";
  const amount = formatMoney(unitAmount * quantity, currency);
  if (interval === null) return amount;
  return intervalCount === 1 ? `${amount} a ${interval}` : `${amount} every ${intervalCount} ${interval}s`;
}

/** A day that no line breaks in two. */
const dayOf = (at: EpochSeconds, now: EpochSeconds) => formatDay(at, now).replaceAll(" ", "\u00a0");

function openSyncStatus({ workspace, subscription, comp }: CustomerPage, now: EpochSeconds): Standing {
  if (subscription?.access === "yes") {
    const standing = payingStanding(subscription, now);
    const gift = comp !== null && comp.seats > (subscription.plan?.seats ?? 0) ? comp : null;
    if (gift === null) return standing;
    const more = `Until ${dayOf(gift.until, now)} you have ${gift.planName} on us.`;
    return { ...standing, text: `${standing.text} ${more}` };
  }
  if (comp !== null)
    return {
      title: `You have ${comp.planName} on us`,
      text: `Free of charge until ${dayOf(comp.until, now)}. You can choose a plan of your own whenever you like.`,
      offer: "plans",
    };
  return {
    title: "Your workspace is open",
    text: `${plural(workspace.seats, "soldier")} at your service.`,
    offer: subscription === null ? "nothing" : "manage",
  };
}

function payingStanding(subscription: CustomerSubscription, now: EpochSeconds): Standing {
  const { plan, price, status, periodEnd, endsAt, graceEndsAt } = subscription;
  const name = plan?.name ?? "your plan";
  const day = (at: EpochSeconds) => dayOf(at, now);
  if (status === "past_due") {
    const days = graceEndsAt === null ? null : Math.max(1, Math.ceil((graceEndsAt - now) / DAY));
    const left =
      graceEndsAt === null || days === null
        ? `You keep ${name} for now.`
        : `You keep ${name} for ${days === 1 ? "1 more day" : `${days} more days`}, until ${day(graceEndsAt)}.`;
    return {
      title: "Your last payment did not go through",
      text: `${left} Update how you pay, and everything stays as it is.`,
      offer: "pay",
    };
  }
  if (endsAt !== null)
    return {
      title: `You have ${name} until ${day(endsAt)}`,
      text: "It ends then, and you pay nothing more. If you change your mind, you can keep it.",
      offer: "manage",
    };
  const cost = price && price.unitAmount !== null ? `${priceWords(price)}. ` : "";
  if (status === "trialing")
    return {
      title: `You are trying ${name}`,
      text: `${periodEnd === null ? "" : `Free until ${day(periodEnd)}. `}${cost && `Then ${cost}`}`.trim(),
      offer: "manage",
    };
  return {
    title: `You have ${name}`,
    text: `${cost}${periodEnd === null ? "" : `Renews on ${day(periodEnd)}.`}`.trim(),
    offer: "manage",
  };
}

function lockedStanding({ subscription, maybePaid, unavailable }: CustomerPage): Standing {
  if (maybePaid || (subscription !== null && subscription.access !== "no"))
    return {
      title: "Your workspace is not open yet",
      text: "It looks as if you have paid, so there is nothing to pay again. We are matching your payment with your workspace.",
      offer: "again",
    };
  if (unavailable)
    return {
      title: "We could not check your payment just now",
      text: "If you have paid, your payment is safe, and your workspace opens by itself a little later.",
      offer: "again",
    };
  switch (subscription?.status) {
    case "past_due":
    case "unpaid":
      return {
        title: "Your workspace is locked",
        text: "Your last payment did not go through. Everything in your workspace is kept. Update how you pay, and it opens again.",
        offer: "pay",
      };
    case "paused":
      return {
        title: "Your plan is paused",
        text: "Everything in your workspace is kept. Resume your plan, and it opens again.",
        offer: "manage",
      };
    case "canceled":
      return {
        title: "Your plan has ended",
        text: "Everything in your workspace is kept. Choose a plan to go on.",
        offer: "plans",
      };
    case "incomplete":
    case "incomplete_expired":
      return {
        title: "Your payment was not completed",
        text: "Nothing was charged. Choose a plan to try again.",
        offer: "plans",
      };
    default:
      return {
        title: "Your workspace is waiting for you",
        text: "Choose a plan, and your soldiers start working.",
        offer: "plans",
      };
  }
}
