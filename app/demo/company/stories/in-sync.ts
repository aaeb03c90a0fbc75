import {
  buy,
  linkByCustomerMetadata,
  linkByRecord,
  linkBySubscriptionMetadata,
  type Story,
} from "~/demo/company/story";

const verdict = "in_sync";

const buyStarter = (days: number): Story => ({
  verdict,
  customers: [linkByRecord(buy("starter_monthly", days))],
});
const buyArmy = (days: number): Story => ({
  verdict,
  customers: [linkByRecord(buy("army_yearly", days))],
});

/** Nothing differs, or there is no subscription. */
export const IN_SYNC: readonly Story[] = [
  ...[17, 36, 58, 83, 105, 149, 171, 193, 214, 238, 251, 290].map(buyStarter),
  ...[22, 71, 133, 166, 245, 310, 388].map(buyArmy),
  { verdict, name: "Sofia Marchetti", workspaces: 2, customers: [linkByRecord(buy("army_yearly", 92))] },
  { verdict, workspaces: 2, customers: [linkByRecord(buy("starter_monthly", 47))] },
  { verdict, workspaces: 0, customers: [linkByRecord(buy("starter_monthly", 10))] },
  { verdict, customers: [linkByRecord(buy("starter_monthly", 61, { quantity: 2 }))] },
  { verdict, customers: [linkByRecord(buy("starter_2024", 420))] },
  { verdict, customers: [linkByRecord(buy("starter_2024", 510))] },
  { verdict, customers: [linkByRecord(buy("starter_eur", 77))] },
  { verdict, name: "Haruto Sato", customers: [linkByRecord(buy("starter_jpy", 54))] },
  { verdict, customers: [linkByRecord(buy("army_tiered", 66))] },
  {
    verdict,
    flags: ["collection_paused"],
    customers: [linkByRecord(buy("army_monthly", 39, { collectionPaused: true }))],
  },
  { verdict, customers: [linkBySubscriptionMetadata(buy("starter_monthly", 26))] },
  {
    verdict,
    customers: [linkByCustomerMetadata(buy("starter_monthly", 4, { status: "trialing", trialEndsIn: 10 }))],
  },
  {
    verdict,
    customers: [linkByRecord(buy("army_yearly", 6, { status: "trialing", trialEndsIn: 8 }))],
  },
  // Past due for less than the seven days of grace.
  {
    verdict,
    name: "Chloé Martin",
    customers: [linkByRecord(buy("starter_monthly", 94, { status: "past_due", monthBegan: 4 }))],
  },
  {
    verdict,
    customers: [linkByRecord(buy("army_monthly", 61, { status: "past_due", monthBegan: 1 }))],
  },
  // No access, as recorded.
  { verdict, customers: [linkByRecord(buy("starter_monthly", 160, { status: "paused" }))] },
  {
    verdict,
    customers: [linkByRecord(buy("starter_monthly", 135, { status: "unpaid", monthBegan: 15 }))],
  },
  { verdict, customers: [linkByRecord(buy("army_yearly", 480, { status: "canceled", ended: 115 }))] },
  { verdict, customers: [linkByRecord(buy("starter_monthly", 330, { status: "canceled", ended: 48 }))] },
  {
    verdict,
    customers: [
      {
        ...linkByRecord(buy("starter_monthly", 280, { status: "canceled", ended: 70 })),
        state: "deleted",
      },
    ],
  },
  // The scheduled cancellation is recorded.
  { verdict, customers: [linkByRecord(buy("starter_monthly", 118, { cancelAtPeriodEnd: true }))] },
  {
    verdict,
    flags: ["several"],
    customers: [linkByRecord(buy("starter_monthly", 180), buy("army_yearly", 35))],
  },
  {
    verdict,
    flags: ["duplicate_customers"],
    customers: [
      linkByRecord(buy("army_yearly", 55)),
      linkBySubscriptionMetadata(buy("starter_monthly", 230, { status: "canceled", ended: 56 })),
    ],
  },
  // Complimentary access.
  {
    verdict,
    name: "Ingrid Solberg",
    flags: ["comped"],
    comp: { plan: "army", reason: "Open-source maintainer", since: 120, endsIn: 245 },
  },
  {
    verdict,
    flags: ["comped"],
    comp: { plan: "army", reason: "Apology for the outage in October", since: 12, endsIn: 18 },
    customers: [linkByRecord(buy("starter_monthly", 145))],
  },
  // Stripe did not answer when this workspace was last opened.
  {
    verdict,
    flags: ["lookup_failed"],
    lookupFailure: "timeout",
    customers: [linkByRecord(buy("starter_monthly", 73))],
  },
  { verdict: "no_subscription" },
  { verdict: "no_subscription" },
  { verdict: "no_subscription", emailUnverified: true },
  { verdict: "no_subscription", workspaces: 0 },
  { verdict: "no_subscription", customers: [linkByRecord()] },
  // An abandoned checkout is not a mismatch.
  {
    verdict: "no_subscription",
    customers: [linkByCustomerMetadata(buy("army_yearly", 3, { status: "incomplete" }))],
  },
];
