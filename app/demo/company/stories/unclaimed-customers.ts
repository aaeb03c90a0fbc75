import { buy, type SubscriptionStory } from "~/demo/company/story";

/** Paying customers in Stripe that belong to no user. */
export const UNCLAIMED_CUSTOMERS: readonly {
  name: string;
  email: string;
  subscription: SubscriptionStory;
}[] = [
  { name: "Beatriz Costa", email: "beatriz.costa@example.net", subscription: buy("army_yearly", 27) },
  {
    name: "Workshop Eleven",
    email: "office@workshop-eleven.example",
    subscription: buy("starter_monthly", 52),
  },
  { name: "R. Nakamura", email: "r.nakamura@example.net", subscription: buy("starter_jpy", 8) },
];
