import { locked, noCustomerId, nothing } from "~/demo/company/recorded";
import {
  customerWithMetadata,
  fromSession,
  guest,
  recordedCustomer,
  type Story,
  sameAddress,
  sub,
} from "~/demo/company/story";

const verdict = "locked_out";

/** They have paid, and the database does not say so. */
export const LOCKED_OUT: readonly Story[] = [
  { verdict, name: "Ada Okafor", customers: [recordedCustomer(sub("army_yearly", 2))], recorded: nothing },
  { verdict, customers: [recordedCustomer(sub("starter_monthly", 1))], recorded: nothing },
  { verdict, customers: [recordedCustomer(sub("starter_monthly", 5))], recorded: nothing },
  { verdict, customers: [recordedCustomer(sub("army_yearly", 9))], recorded: nothing, workspaces: 2 },
  { verdict, customers: [customerWithMetadata(sub("starter_monthly", 3))], recorded: nothing },
  { verdict, name: "Mateo Silva", customers: [guest(sub("army_yearly", 4))], recorded: nothing },
  { verdict, customers: [guest(sub("starter_monthly", 6))], recorded: nothing },
  { verdict, customers: [fromSession(sub("starter_eur", 2))], recorded: nothing },
  { verdict, customers: [sameAddress(sub("starter_monthly", 7))], recorded: nothing },
  // The payment was written down, the workspace was not opened.
  { verdict, customers: [recordedCustomer(sub("army_yearly", 40))], recorded: locked },
  { verdict, customers: [recordedCustomer(sub("starter_jpy", 3))], recorded: nothing },
  { verdict, customers: [recordedCustomer(sub("army_tiered", 11))], recorded: nothing },
  {
    verdict,
    name: "Priya Raman",
    customers: [recordedCustomer(sub("starter_monthly", 1, { status: "trialing", trialEndsIn: 13 }))],
    recorded: nothing,
  },
  // Access by the recorded status alone: they own no workspace yet.
  { verdict, workspaces: 0, customers: [customerWithMetadata(sub("starter_monthly", 2))], recorded: nothing },
  // A guest checkout made a second customer beside the recorded one, whose subscription has ended.
  {
    verdict,
    flags: ["duplicate_customers"],
    customers: [
      recordedCustomer(sub("starter_monthly", 200, { status: "canceled", ended: 60 })),
      guest(sub("army_yearly", 3)),
    ],
    recorded: nothing,
  },
  {
    verdict,
    flags: ["several"],
    customers: [recordedCustomer(sub("starter_monthly", 8), sub("army_yearly", 1))],
    recorded: nothing,
  },
  {
    verdict,
    flags: ["on_hold"],
    hold: "The payment is disputed; the card’s owner did not know of it",
    customers: [recordedCustomer(sub("army_yearly", 6))],
    recorded: nothing,
  },
  {
    verdict,
    customers: [customerWithMetadata(sub("starter_monthly", 12))],
    recorded: (right, facts) => noCustomerId(locked(right, facts), facts),
  },
];
