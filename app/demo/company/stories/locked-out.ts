import { clearRecord, dropCustomerId, lockWorkspaces } from "~/demo/company/record-changes";
import {
  buy,
  linkByCheckoutSession,
  linkByCustomerMetadata,
  linkByEmail,
  linkByRecord,
  linkBySubscriptionMetadata,
  type Story,
} from "~/demo/company/story";

const verdict = "locked_out";

/** The user has paid, but has no access. */
export const LOCKED_OUT: readonly Story[] = [
  {
    verdict,
    name: "Ada Okafor",
    customers: [linkByRecord(buy("army_yearly", 2))],
    changeRecord: clearRecord,
  },
  { verdict, customers: [linkByRecord(buy("starter_monthly", 1))], changeRecord: clearRecord },
  { verdict, customers: [linkByRecord(buy("starter_monthly", 5))], changeRecord: clearRecord },
  { verdict, customers: [linkByRecord(buy("army_yearly", 9))], changeRecord: clearRecord, workspaces: 2 },
  { verdict, customers: [linkByCustomerMetadata(buy("starter_monthly", 3))], changeRecord: clearRecord },
  {
    verdict,
    name: "Mateo Silva",
    customers: [linkBySubscriptionMetadata(buy("army_yearly", 4))],
    changeRecord: clearRecord,
  },
  { verdict, customers: [linkBySubscriptionMetadata(buy("starter_monthly", 6))], changeRecord: clearRecord },
  { verdict, customers: [linkByCheckoutSession(buy("starter_eur", 2))], changeRecord: clearRecord },
  { verdict, customers: [linkByEmail(buy("starter_monthly", 7))], changeRecord: clearRecord },
  // The payment was recorded, the workspace stayed locked.
  { verdict, customers: [linkByRecord(buy("army_yearly", 40))], changeRecord: lockWorkspaces },
  { verdict, customers: [linkByRecord(buy("starter_jpy", 3))], changeRecord: clearRecord },
  { verdict, customers: [linkByRecord(buy("army_tiered", 11))], changeRecord: clearRecord },
  {
    verdict,
    name: "Priya Raman",
    customers: [linkByRecord(buy("starter_monthly", 1, { status: "trialing", trialEndsIn: 13 }))],
    changeRecord: clearRecord,
  },
  // No workspace yet, so only the recorded status gives access.
  {
    verdict,
    workspaces: 0,
    customers: [linkByCustomerMetadata(buy("starter_monthly", 2))],
    changeRecord: clearRecord,
  },
  // A guest checkout created a second customer; the subscription of the recorded one has ended.
  {
    verdict,
    flags: ["duplicate_customers"],
    customers: [
      linkByRecord(buy("starter_monthly", 200, { status: "canceled", ended: 60 })),
      linkBySubscriptionMetadata(buy("army_yearly", 3)),
    ],
    changeRecord: clearRecord,
  },
  {
    verdict,
    flags: ["several"],
    customers: [linkByRecord(buy("starter_monthly", 8), buy("army_yearly", 1))],
    changeRecord: clearRecord,
  },
  {
    verdict,
    flags: ["on_hold"],
    hold: "The payment is disputed; the card’s owner did not know of it",
    customers: [linkByRecord(buy("army_yearly", 6))],
    changeRecord: clearRecord,
  },
  {
    verdict,
    customers: [linkByCustomerMetadata(buy("starter_monthly", 12))],
    changeRecord: (expected, facts) => dropCustomerId(lockWorkspaces(expected, facts), facts),
  },
];
