import { onlyAccess, stillActive } from "~/demo/company/recorded";
import { recordedCustomer, type Story, sub } from "~/demo/company/story";

const verdict = "unpaid_access";

/** They have access, and do not pay for it. */
export const UNPAID_ACCESS: readonly Story[] = [
  {
    verdict,
    name: "Jonas Weber",
    customers: [recordedCustomer(sub("starter_monthly", 300, { status: "canceled", ended: 21 }))],
    recorded: stillActive,
  },
  {
    verdict,
    workspaces: 2,
    customers: [recordedCustomer(sub("army_yearly", 370, { status: "canceled", ended: 5 }))],
    recorded: stillActive,
  },
  {
    verdict,
    customers: [recordedCustomer(sub("starter_monthly", 150, { status: "unpaid", monthBegan: 20 }))],
    recorded: stillActive,
  },
  // Past due for longer than the seven days of grace.
  {
    verdict,
    customers: [recordedCustomer(sub("army_monthly", 102, { status: "past_due", monthBegan: 12 }))],
    recorded: stillActive,
  },
  {
    verdict,
    customers: [recordedCustomer(sub("starter_monthly", 90, { status: "paused" }))],
    recorded: stillActive,
  },
  // Deleting a customer cancels the subscription, which stays listed.
  {
    verdict,
    customers: [
      {
        ...recordedCustomer(sub("starter_monthly", 120, { status: "canceled", ended: 14 })),
        state: "deleted",
      },
    ],
    recorded: stillActive,
  },
  {
    verdict,
    workspaces: 0,
    customers: [recordedCustomer(sub("starter_eur", 80, { status: "canceled", ended: 9 }))],
    recorded: stillActive,
  },
  // An empty list is no evidence that anything ended: this one stays as it is.
  { verdict, customers: [recordedCustomer()], recorded: onlyAccess },
  // Nor is a 404. The fresh read before a revocation finds it, and the verdict becomes `missing_in_stripe`.
  { verdict, customers: [{ ...recordedCustomer(), state: "missing" }], recorded: onlyAccess },
];
