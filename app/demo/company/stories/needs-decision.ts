import { addUnknownSubscription, clearRecord, keepActive } from "~/demo/company/record-changes";
import { buy, leaveUnlinked, linkByRecord, type Story } from "~/demo/company/story";

/** Parity changes nothing until staff decide. */
export const NEEDS_DECISION: readonly Story[] = [
  // The first user's record claims the customer, and Stripe's metadata names the second: only the second one waits.
  {
    verdict: "in_sync",
    name: "Hannah Fischer",
    customers: [{ ...linkByRecord(buy("army_yearly", 75)), metadataNamesNext: true }],
  },
  { verdict: "link_conflict", name: "Henry Fischer" },
  // The user's email address is not verified.
  {
    verdict: "possible_match",
    flags: ["possible_match"],
    name: "Noor Haddad",
    emailUnverified: true,
    customers: [leaveUnlinked(buy("starter_monthly", 4))],
  },
  {
    verdict: "possible_match",
    flags: ["possible_match"],
    emailUnverified: true,
    customers: [leaveUnlinked(buy("army_yearly", 18))],
  },
  // Two paying customers have the user's email address.
  {
    verdict: "possible_match",
    flags: ["possible_match"],
    customers: [leaveUnlinked(buy("starter_monthly", 25)), leaveUnlinked(buy("starter_monthly", 24))],
  },
  // The recorded ids do not exist in this Stripe account.
  {
    verdict: "missing_in_stripe",
    name: "Viktor Lehtonen",
    customers: [linkByRecord()],
    changeRecord: addUnknownSubscription("starter_monthly"),
  },
  {
    verdict: "missing_in_stripe",
    customers: [{ ...linkByRecord(), state: "missing" }],
    changeRecord: addUnknownSubscription("army_yearly"),
  },
  // A status that Stripe may add in the future.
  {
    verdict: "unknown_status",
    name: "Amara Diallo",
    customers: [linkByRecord(buy("army_yearly", 130, { status: "dormant" }))],
    changeRecord: keepActive,
  },
  {
    verdict: "unknown_status",
    customers: [linkByRecord(buy("starter_monthly", 88, { status: "dormant" }))],
    changeRecord: clearRecord,
  },
  // Prices that belong to no plan.
  {
    verdict: "unmapped_price",
    name: "Oliver Grant",
    customers: [linkByRecord(buy("agency_legacy", 500))],
    changeRecord: clearRecord,
  },
  {
    verdict: "unmapped_price",
    customers: [linkByRecord(buy("agency_legacy", 21))],
    changeRecord: clearRecord,
  },
];
