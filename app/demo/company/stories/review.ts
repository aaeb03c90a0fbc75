import { nothing, stillActive, unknownToStripe } from "~/demo/company/recorded";
import { recordedCustomer, type Story, sub, unlinked } from "~/demo/company/story";

/** Staff decide. */
export const REVIEW: readonly Story[] = [
  // Two users claim one customer: the database says the first, Stripe's metadata the second.
  {
    verdict: "link_conflict",
    name: "Hannah Fischer",
    customers: [{ ...recordedCustomer(sub("army_yearly", 75)), metadataNamesNext: true }],
  },
  { verdict: "link_conflict", name: "Henry Fischer" },
  // Nobody has shown that the address is theirs.
  {
    verdict: "possible_match",
    name: "Noor Haddad",
    emailUnverified: true,
    customers: [unlinked(sub("starter_monthly", 4))],
  },
  { verdict: "possible_match", emailUnverified: true, customers: [unlinked(sub("army_yearly", 18))] },
  // Two paying customers have the address: which one is meant?
  {
    verdict: "possible_match",
    customers: [unlinked(sub("starter_monthly", 25)), unlinked(sub("starter_monthly", 24))],
  },
  // Recorded ids that this Stripe account does not have.
  {
    verdict: "missing_in_stripe",
    name: "Viktor Lehtonen",
    customers: [recordedCustomer()],
    recorded: unknownToStripe("starter_monthly"),
  },
  {
    verdict: "missing_in_stripe",
    customers: [{ ...recordedCustomer(), state: "missing" }],
    recorded: unknownToStripe("army_yearly"),
  },
  // A status that Stripe may add one day.
  {
    verdict: "unknown_status",
    name: "Amara Diallo",
    customers: [recordedCustomer(sub("army_yearly", 130, { status: "dormant" }))],
    recorded: stillActive,
  },
  {
    verdict: "unknown_status",
    customers: [recordedCustomer(sub("starter_monthly", 88, { status: "dormant" }))],
    recorded: nothing,
  },
  // Prices that no plan claims.
  {
    verdict: "unmapped_price",
    name: "Oliver Grant",
    customers: [recordedCustomer(sub("agency_legacy", 500))],
    recorded: nothing,
  },
  { verdict: "unmapped_price", customers: [recordedCustomer(sub("agency_legacy", 21))], recorded: nothing },
];
