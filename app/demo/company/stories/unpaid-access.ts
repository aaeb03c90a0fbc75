import { keepAccessOnly, keepActive } from "~/demo/company/record-changes";
import { buy, linkByRecord, type Story } from "~/demo/company/story";

const verdict = "unpaid_access";

/** The user has access without paying. */
export const UNPAID_ACCESS: readonly Story[] = [
  {
    verdict,
    name: "Jonas Weber",
    customers: [linkByRecord(buy("starter_monthly", 300, { status: "canceled", ended: 21 }))],
    changeRecord: keepActive,
  },
  {
    verdict,
    workspaces: 2,
    customers: [linkByRecord(buy("army_yearly", 370, { status: "canceled", ended: 5 }))],
    changeRecord: keepActive,
  },
  {
    verdict,
    customers: [linkByRecord(buy("starter_monthly", 150, { status: "unpaid", monthBegan: 20 }))],
    changeRecord: keepActive,
  },
  // Past due for longer than the seven days of grace.
  {
    verdict,
    customers: [linkByRecord(buy("army_monthly", 102, { status: "past_due", monthBegan: 12 }))],
    changeRecord: keepActive,
  },
  {
    verdict,
    customers: [linkByRecord(buy("starter_monthly", 90, { status: "paused" }))],
    changeRecord: keepActive,
  },
  // Deleting a customer in Stripe cancels the subscription; Stripe still lists it.
  {
    verdict,
    customers: [
      {
        ...linkByRecord(buy("starter_monthly", 120, { status: "canceled", ended: 14 })),
        state: "deleted",
      },
    ],
    changeRecord: keepActive,
  },
  {
    verdict,
    workspaces: 0,
    customers: [linkByRecord(buy("starter_eur", 80, { status: "canceled", ended: 9 }))],
    changeRecord: keepActive,
  },
  // An empty list does not prove that a subscription ended, so access is not revoked.
  { verdict, customers: [linkByRecord()], changeRecord: keepAccessOnly },
  // Neither does a 404: the customer is looked up by itself, and staff decide.
  {
    verdict: "missing_in_stripe",
    customers: [{ ...linkByRecord(), state: "missing" }],
    changeRecord: keepAccessOnly,
  },
];
