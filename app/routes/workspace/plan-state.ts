import { computeTotal, formatMoney, type PriceView } from "~/billing/money";
import type { EpochSeconds } from "~/billing/observation";
import { formatSeats, SEAT_LABEL } from "~/billing/seat-label";
import type { CustomerPage, CustomerSubscription } from "~/customers/customer-views";
import { formatDay } from "~/ui/format/relative-time";

/**
 * What a customer can do: `plans` to buy a plan, `manage` the current plan, `pay` to update the payment method,
 * `check_again` to check the payment again, `workspace` to open their workspace, `wait` while we check, `back` to return
 * to the application.
 */
export type Offer = "plans" | "manage" | "pay" | "check_again" | "workspace" | "wait" | "back" | "none";

/** The state of a customer's plan in words: what they have, until when, and what they can do. */
export type PlanState = { title: string; text: string; offer: Offer };

const DAY = 86_400;

/** Shown while we check whether the payment of someone who has just paid has arrived. */
export const CONFIRMING: PlanState = {
  title: "We’re confirming your payment",
  text: "This usually takes a few seconds.",
  offer: "wait",
};

/** Shown while we check a locked workspace whose owner, as far as we know, has not paid. */
export const CHECKING: PlanState = {
  title: "We’re checking your plan",
  text: "This usually takes a few seconds.",
  offer: "wait",
};

/** Shown when the check takes longer than expected. */
export const LATE: PlanState = {
  title: "This is taking longer than usual",
  text: "If you have paid, your payment is safe and your workspace opens automatically. You can close this page and come back later.",
  offer: "check_again",
};

export const SIGNED_OUT: PlanState = {
  title: "Your session has expired",
  text: "Open your workspace again from the application.",
  offer: "back",
};

/** The state of a workspace as its owner reads it. `now` is in epoch seconds. */
export function describePlan(page: CustomerPage, now: EpochSeconds): PlanState {
  return isOpen(page) ? describeOpenWorkspace(page, now) : describeLockedWorkspace(page);
}

export function isOpen({ workspace }: CustomerPage): boolean {
  return workspace.status === "active";
}

/** `$20 a month`, `$60 every 3 months`, `$20 a month less a discount`. A price whose amount is not known beforehand is shown at payment. */
export function formatPlanPrice(price: PriceView): string {
  const { currency, interval, intervalCount, pricing } = price;
  if (pricing?.kind === "metered") return "Billed by usage";
  const total = computeTotal(price);
  if (total === null) return "Price shown at payment";
  const amount = formatMoney(total, currency);
  const period =
    interval === null ? "" : intervalCount === 1 ? ` a ${interval}` : ` every ${intervalCount} ${interval}s`;
  return `${amount}${period}${price.isDiscounted ? " less a discount" : ""}`;
}

/** Can the price of a running plan be said in words? */
export const isPriceKnown = (price: PriceView): boolean =>
  price.pricing?.kind === "metered" || computeTotal(price) !== null;

/** A date with non-breaking spaces, so that it stays on one line. */
const formatUnbrokenDay = (at: EpochSeconds, now: EpochSeconds) =>
  formatDay(at, now).replaceAll(" ", "\u00a0");

function describeOpenWorkspace(
  { workspace, subscription, comp }: CustomerPage,
  now: EpochSeconds,
): PlanState {
  if (subscription?.access === "yes") {
    const state = describePayingPlan(subscription, now);
    const largerComp = comp !== null && comp.seats > (subscription.plan?.seats ?? 0) ? comp : null;
    if (largerComp === null) return state;
    const compText = `You also have free access to ${largerComp.planName} until ${formatUnbrokenDay(largerComp.until, now)}.`;
    return { ...state, text: `${state.text} ${compText}` };
  }
  if (comp !== null)
    return {
      title: `You have free access to ${comp.planName}`,
      text: `Free until ${formatUnbrokenDay(comp.until, now)}. You can choose a paid plan at any time.`,
      offer: "plans",
    };
  if (subscription !== null && isUnpaid(subscription))
    return {
      title: "Your last payment failed",
      text: `Your payment is overdue. Your workspace with ${formatSeats(workspace.seats)} is still open, but it may be locked at any time. Update your payment method to keep it.`,
      offer: "pay",
    };
  return {
    title: "Your workspace is open",
    text: `You have ${formatSeats(workspace.seats)}.`,
    offer: subscription === null ? "none" : subscription.isOpen ? "manage" : "plans",
  };
}

const isUnpaid = ({ status }: CustomerSubscription) => status === "past_due" || status === "unpaid";

function describePayingPlan(subscription: CustomerSubscription, now: EpochSeconds): PlanState {
  const { plan, price, status, periodEnd, endsAt, graceEndsAt } = subscription;
  const name = plan?.name ?? "your plan";
  const formatDate = (at: EpochSeconds) => formatUnbrokenDay(at, now);
  if (status === "past_due") {
    const days = graceEndsAt === null ? null : Math.max(1, Math.ceil((graceEndsAt - now) / DAY));
    const keepText =
      graceEndsAt === null || days === null
        ? `You keep ${name} for now.`
        : `You keep ${name} for ${days === 1 ? "1 more day" : `${days} more days`}, until ${formatDate(graceEndsAt)}.`;
    return {
      title: "Your last payment failed",
      text: `${keepText} Update your payment method to keep it longer.`,
      offer: "pay",
    };
  }
  if (endsAt !== null)
    return {
      title: `You have ${name} until ${formatDate(endsAt)}`,
      text: "Your plan ends on that day and will not renew. You can still keep it.",
      offer: "manage",
    };
  const cost = price && isPriceKnown(price) ? `${formatPlanPrice(price)}. ` : "";
  if (status === "trialing")
    return {
      title: `You have a free trial of ${name}`,
      text: `${periodEnd === null ? "" : `Free until ${formatDate(periodEnd)}. `}${cost && `Then ${price?.pricing?.kind === "metered" ? "billed by usage. " : cost}`}`.trim(),
      offer: "manage",
    };
  return {
    title: `You have ${name}`,
    text: `${cost}${periodEnd === null ? "" : `Renews on ${formatDate(periodEnd)}.`}`.trim(),
    offer: "manage",
  };
}

function describeLockedWorkspace({ subscription, maybePaid, unavailable }: CustomerPage): PlanState {
  if (!maybePaid && subscription !== null && subscription.access === "yes" && subscription.plan === null)
    return {
      title: "Choose a plan to start",
      text: "You pay for something that does not open this workspace yet. If you have just paid for this workspace, do not pay again: we are looking at it. Otherwise choose a plan.",
      offer: "plans",
    };
  if (maybePaid || (subscription !== null && subscription.access !== "no"))
    return {
      title: "Your workspace is not open yet",
      text: "It looks like you have paid, so do not pay again. We are matching your payment to your workspace.",
      offer: "check_again",
    };
  if (unavailable)
    return {
      title: "We could not check your plan",
      text: "If you have paid, your payment is safe and your workspace opens automatically later.",
      offer: "check_again",
    };
  switch (subscription?.status) {
    case "past_due":
    case "unpaid":
      return {
        title: "Your workspace is locked",
        text: "Your last payment failed. Everything in your workspace is kept. Update your payment method to unlock it.",
        offer: "pay",
      };
    case "paused":
      return {
        title: "Your plan is paused",
        text: "Everything in your workspace is kept. Resume your plan to unlock it.",
        offer: "manage",
      };
    case "canceled":
      return {
        title: "Your plan has ended",
        text: "Everything in your workspace is kept. Choose a plan to continue.",
        offer: "plans",
      };
    case "incomplete":
    case "incomplete_expired":
      return {
        title: "Your payment was not completed",
        text: "You were not charged. Choose a plan to try again.",
        offer: "plans",
      };
    default:
      return {
        title: "Choose a plan to start",
        text: `Your ${SEAT_LABEL.many} start working as soon as your payment is confirmed.`,
        offer: "plans",
      };
  }
}
