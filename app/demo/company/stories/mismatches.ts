import {
  clearRecord,
  dropCustomerId,
  keepOldPrice,
  keepOldSubscription,
  lockSecondWorkspace,
  lockWorkspaces,
  missCancellation,
  movePeriodBack,
  setSeats,
  setStatus,
} from "~/demo/company/record-changes";
import { buy, leaveUnlinked, linkByCustomerMetadata, linkByRecord, type Story } from "~/demo/company/story";

/** Stripe and the application both know the customer, but their data differs. */
export const MISMATCHES: readonly Story[] = [
  // Plan, price, amount, currency or interval differ.
  {
    verdict: "plan_mismatch",
    name: "Lucía Romero",
    customers: [linkByRecord(buy("army_yearly", 30))],
    changeRecord: keepOldPrice("starter_monthly"),
  },
  {
    verdict: "plan_mismatch",
    customers: [linkByRecord(buy("starter_monthly", 70))],
    changeRecord: keepOldPrice("army_monthly"),
  },
  {
    verdict: "plan_mismatch",
    customers: [linkByRecord(buy("starter_monthly", 260))],
    changeRecord: keepOldPrice("starter_2024"),
  },
  {
    verdict: "plan_mismatch",
    customers: [linkByRecord(buy("starter_eur", 45))],
    changeRecord: keepOldPrice("starter_monthly"),
  },
  {
    verdict: "plan_mismatch",
    customers: [linkByRecord(buy("army_yearly", 15))],
    changeRecord: keepOldPrice("army_monthly"),
  },
  // The subscription matches, the workspaces do not.
  {
    verdict: "access_mismatch",
    customers: [linkByRecord(buy("army_yearly", 50))],
    changeRecord: setSeats(1),
  },
  {
    verdict: "access_mismatch",
    customers: [linkByRecord(buy("starter_monthly", 33))],
    changeRecord: setSeats(3),
  },
  {
    verdict: "access_mismatch",
    workspaces: 2,
    customers: [linkByRecord(buy("army_yearly", 64))],
    changeRecord: lockSecondWorkspace,
  },
  {
    verdict: "access_mismatch",
    name: "Grace Lindqvist",
    flags: ["comped"],
    comp: { plan: "army", reason: "Speaks at our conference", since: 1, endsIn: 90 },
    changeRecord: lockWorkspaces,
  },
  {
    verdict: "access_mismatch",
    comp: { plan: "army", reason: "Pilot for the new editor", since: 45, endsIn: -3 },
    changeRecord: setSeats(5),
  },
  // Would lose seats, but another paying customer has this address: an admin has to look first.
  {
    verdict: "access_mismatch",
    flags: ["possible_match", "not_revoked"],
    customers: [linkByRecord(buy("starter_monthly", 90)), leaveUnlinked(buy("army_yearly", 20))],
    changeRecord: setSeats(5),
  },
  // The status or the scheduled cancellation differs; access does not.
  {
    verdict: "status_mismatch",
    name: "Tomasz Nowak",
    customers: [linkByRecord(buy("starter_monthly", 110, { cancelIn: 17 }))],
    changeRecord: missCancellation,
  },
  {
    verdict: "status_mismatch",
    customers: [linkByRecord(buy("army_yearly", 200, { cancelAtPeriodEnd: true }))],
    changeRecord: missCancellation,
  },
  {
    verdict: "status_mismatch",
    customers: [linkByRecord(buy("starter_monthly", 123, { status: "past_due", monthBegan: 3 }))],
    changeRecord: setStatus("active"),
  },
  {
    verdict: "status_mismatch",
    customers: [linkByRecord(buy("starter_monthly", 40))],
    changeRecord: setStatus("trialing"),
  },
  {
    verdict: "status_mismatch",
    flags: ["acknowledged"],
    acknowledged: "The application writes past_due when the invoice is sent; being changed",
    customers: [linkByRecord(buy("army_yearly", 100))],
    changeRecord: setStatus("past_due"),
  },
  {
    verdict: "status_mismatch",
    customers: [linkByRecord(buy("starter_monthly", 140, { status: "canceled", ended: 2 }))],
    changeRecord: (expected, facts) => lockWorkspaces(setStatus("past_due")(expected, facts), facts),
  },
  // Ids or dates differ.
  {
    verdict: "detail_mismatch",
    customers: [linkByRecord(buy("starter_monthly", 95))],
    changeRecord: movePeriodBack(30),
  },
  {
    verdict: "detail_mismatch",
    customers: [linkByRecord(buy("army_yearly", 400))],
    changeRecord: movePeriodBack(365),
  },
  {
    verdict: "detail_mismatch",
    customers: [linkByCustomerMetadata(buy("starter_monthly", 28))],
    changeRecord: dropCustomerId,
  },
  {
    verdict: "detail_mismatch",
    customers: [
      linkByRecord(
        buy("starter_monthly", 220, { status: "canceled", ended: 31 }),
        buy("starter_monthly", 31),
      ),
    ],
    changeRecord: keepOldSubscription,
  },
  // Ended before the application knew it: there is no access to grant, only a record to write.
  {
    verdict: "status_mismatch",
    customers: [linkByCustomerMetadata(buy("starter_monthly", 60, { status: "canceled", ended: 40 }))],
    changeRecord: clearRecord,
  },
];
