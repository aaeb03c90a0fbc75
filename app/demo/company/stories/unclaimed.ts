import { type SubscriptionStory, sub } from "~/demo/company/story";

/** Paying customers in Stripe that no user claims. */
export const UNCLAIMED: readonly { name: string; email: string; subscription: SubscriptionStory }[] = [
  { name: "Beatriz Costa", email: "beatriz.costa@example.net", subscription: sub("army_yearly", 27) },
  {
    name: "Workshop Eleven",
    email: "office@workshop-eleven.example",
    subscription: sub("starter_monthly", 52),
  },
  { name: "R. Nakamura", email: "r.nakamura@example.net", subscription: sub("starter_jpy", 8) },
];
