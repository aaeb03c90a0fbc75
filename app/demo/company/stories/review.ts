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
    verdict: "link_suggested",
    name: "Noor Haddad",
    emailUnverified: true,
    customers: [unlinked(sub("starter_monthly", 4))],
  },
  { verdict: "link_suggested", emailUnverified: true, customers: [unlinked(sub("army_yearly", 18))] },
  // Two paying customers have the address: which one is meant?
  {
    verdict: "link_suggested",
    customers: [unlinked(sub("starter_monthly", 25)), unlinked(sub("starter_monthly", 24))],
  },
  // Recorded ids that this Stripe account does not have.
  {
    verdict: "customer_gone",
    name: "Viktor Lehtonen",
    customers: [recordedCustomer()],
    recorded: unknownToStripe("starter_monthly"),
  },
  {
    verdict: "customer_gone",
    customers: [{ ...recordedCustomer(), state: "missing" }],
    recorded: unknownToStripe("army_yearly"),
  },
  // A status that Stripe may add one day.
  {
    verdict: "unknown",
    name: "Amara Diallo",
    customers: [recordedCustomer(sub("army_yearly", 130, { status: "dormant" }))],
    recorded: stillActive,
  },
  {
    verdict: "unknown",
    customers: [recordedCustomer(sub("starter_monthly", 88, { status: "dormant" }))],
    recorded: nothing,
  },
  // Prices that no plan claims.
  {
    verdict: "unknown_price",
    name: "Oliver Grant",
    customers: [recordedCustomer(sub("agency_legacy", 500))],
    recorded: nothing,
  },
  { verdict: "unknown_price", customers: [recordedCustomer(sub("agency_legacy", 21))], recorded: nothing },
];
