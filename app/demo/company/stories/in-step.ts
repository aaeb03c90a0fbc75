import { customerWithMetadata, guest, recordedCustomer, type Story, sub } from "~/demo/company/story";

const verdict = "in_sync";

const starterFor = (days: number): Story => ({
  verdict,
  customers: [recordedCustomer(sub("starter_monthly", days))],
});
const armyFor = (days: number): Story => ({
  verdict,
  customers: [recordedCustomer(sub("army_yearly", days))],
});

/** Nothing differs, or there is nothing at all. */
export const IN_SYNC: readonly Story[] = [
  ...[17, 36, 58, 83, 105, 149, 171, 193, 214, 238, 251, 290].map(starterFor),
  ...[22, 71, 133, 166, 245, 310, 388].map(armyFor),
  { verdict, name: "Sofia Marchetti", workspaces: 2, customers: [recordedCustomer(sub("army_yearly", 92))] },
  { verdict, workspaces: 2, customers: [recordedCustomer(sub("starter_monthly", 47))] },
  { verdict, workspaces: 0, customers: [recordedCustomer(sub("starter_monthly", 10))] },
  { verdict, customers: [recordedCustomer(sub("starter_monthly", 61, { quantity: 2 }))] },
  { verdict, customers: [recordedCustomer(sub("starter_2024", 420))] },
  { verdict, customers: [recordedCustomer(sub("starter_2024", 510))] },
  { verdict, customers: [recordedCustomer(sub("starter_eur", 77))] },
  { verdict, name: "Haruto Sato", customers: [recordedCustomer(sub("starter_jpy", 54))] },
  { verdict, customers: [recordedCustomer(sub("army_tiered", 66))] },
  { verdict, customers: [recordedCustomer(sub("army_monthly", 39))] },
  { verdict, customers: [guest(sub("starter_monthly", 26))] },
  {
    verdict,
    customers: [customerWithMetadata(sub("starter_monthly", 4, { status: "trialing", trialEndsIn: 10 }))],
  },
  {
    verdict,
    customers: [recordedCustomer(sub("army_yearly", 6, { status: "trialing", trialEndsIn: 8 }))],
  },
  // In grace: past due since less than seven days.
  {
    verdict,
    name: "Chloé Martin",
    customers: [recordedCustomer(sub("starter_monthly", 94, { status: "past_due", monthBegan: 4 }))],
  },
  {
    verdict,
    customers: [recordedCustomer(sub("army_monthly", 61, { status: "past_due", monthBegan: 1 }))],
  },
  // No access, and none recorded.
  { verdict, customers: [recordedCustomer(sub("starter_monthly", 160, { status: "paused" }))] },
  {
    verdict,
    customers: [recordedCustomer(sub("starter_monthly", 135, { status: "unpaid", monthBegan: 15 }))],
  },
  { verdict, customers: [recordedCustomer(sub("army_yearly", 480, { status: "canceled", ended: 115 }))] },
  { verdict, customers: [recordedCustomer(sub("starter_monthly", 330, { status: "canceled", ended: 48 }))] },
  {
    verdict,
    customers: [
      {
        ...recordedCustomer(sub("starter_monthly", 280, { status: "canceled", ended: 70 })),
        state: "deleted",
      },
    ],
  },
  // Cancellation scheduled, and known.
  { verdict, customers: [recordedCustomer(sub("starter_monthly", 118, { cancelAtPeriodEnd: true }))] },
  {
    verdict,
    flags: ["several"],
    customers: [recordedCustomer(sub("starter_monthly", 180), sub("army_yearly", 35))],
  },
  {
    verdict,
    flags: ["duplicate_customers"],
    customers: [
      recordedCustomer(sub("army_yearly", 55)),
      guest(sub("starter_monthly", 230, { status: "canceled", ended: 56 })),
    ],
  },
  // Access given on purpose.
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
    customers: [recordedCustomer(sub("starter_monthly", 145))],
  },
  // Stripe was not to be reached when this workspace was last opened.
  {
    verdict,
    flags: ["lookup_failed"],
    lookupFailure: "timeout",
    customers: [recordedCustomer(sub("starter_monthly", 73))],
  },
  { verdict: "no_subscription" },
  { verdict: "no_subscription" },
  { verdict: "no_subscription", emailUnverified: true },
  { verdict: "no_subscription", workspaces: 0 },
  { verdict: "no_subscription", customers: [recordedCustomer()] },
  // An abandoned checkout is nobody's mismatch.
  {
    verdict: "no_subscription",
    customers: [customerWithMetadata(sub("army_yearly", 3, { status: "incomplete" }))],
  },
];
