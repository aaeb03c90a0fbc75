/** Stripe's statuses as documented. The list is open: others are found by the verdict "unknown status". */
export const STRIPE_STATUSES = [
  "active",
  "trialing",
  "past_due",
  "unpaid",
  "paused",
  "canceled",
  "incomplete",
  "incomplete_expired",
] as const;
