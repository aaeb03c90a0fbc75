import {
  locked,
  noCustomerId,
  notCancelled,
  nothing,
  periodBehind,
  priceBefore,
  seats,
  secondLocked,
  status,
  subscriptionBefore,
} from "~/demo/company/recorded";
import { customerWithMetadata, recordedCustomer, type Story, sub, unlinked } from "~/demo/company/story";

/** Both sides know of the customer, and say different things. */
export const DIFFERENCES: readonly Story[] = [
  // Another plan, price, amount, currency or interval.
  {
    verdict: "plan_mismatch",
    name: "Lucía Romero",
    customers: [recordedCustomer(sub("army_yearly", 30))],
    recorded: priceBefore("starter_monthly"),
  },
  {
    verdict: "plan_mismatch",
    customers: [recordedCustomer(sub("starter_monthly", 70))],
    recorded: priceBefore("army_monthly"),
  },
  {
    verdict: "plan_mismatch",
    customers: [recordedCustomer(sub("starter_monthly", 260))],
    recorded: priceBefore("starter_2024"),
  },
  {
    verdict: "plan_mismatch",
    customers: [recordedCustomer(sub("starter_eur", 45))],
    recorded: priceBefore("starter_monthly"),
  },
  {
    verdict: "plan_mismatch",
    customers: [recordedCustomer(sub("army_yearly", 15))],
    recorded: priceBefore("army_monthly"),
  },
  // Billing agrees, the workspaces do not follow.
  {
    verdict: "access_mismatch",
    customers: [recordedCustomer(sub("army_yearly", 50))],
    recorded: seats(1),
  },
  {
    verdict: "access_mismatch",
    customers: [recordedCustomer(sub("starter_monthly", 33))],
    recorded: seats(3),
  },
  {
    verdict: "access_mismatch",
    workspaces: 2,
    customers: [recordedCustomer(sub("army_yearly", 64))],
    recorded: secondLocked,
  },
  {
    verdict: "access_mismatch",
    name: "Grace Lindqvist",
    flags: ["comped"],
    comp: { plan: "army", reason: "Speaks at our conference", since: 1, endsIn: 90 },
    recorded: locked,
  },
  {
    verdict: "access_mismatch",
    comp: { plan: "army", reason: "Pilot for the new editor", since: 45, endsIn: -3 },
    recorded: seats(5),
  },
  // Would lose soldiers, but another paying customer has this address: nothing is taken until somebody looks.
  {
    verdict: "access_mismatch",
    flags: ["not_revoked"],
    customers: [recordedCustomer(sub("starter_monthly", 90)), unlinked(sub("army_yearly", 20))],
    recorded: seats(5),
  },
  // The status or the scheduled end differs; access does not.
  {
    verdict: "status_mismatch",
    name: "Tomasz Nowak",
    customers: [recordedCustomer(sub("starter_monthly", 110, { cancelIn: 17 }))],
    recorded: notCancelled,
  },
  {
    verdict: "status_mismatch",
    customers: [recordedCustomer(sub("army_yearly", 200, { cancelAtPeriodEnd: true }))],
    recorded: notCancelled,
  },
  {
    verdict: "status_mismatch",
    customers: [recordedCustomer(sub("starter_monthly", 123, { status: "past_due", monthBegan: 3 }))],
    recorded: status("active"),
  },
  {
    verdict: "status_mismatch",
    customers: [recordedCustomer(sub("starter_monthly", 40))],
    recorded: status("trialing"),
  },
  {
    verdict: "status_mismatch",
    flags: ["acknowledged"],
    acknowledged: "The application writes past_due when the invoice is sent; being changed",
    customers: [recordedCustomer(sub("army_yearly", 100))],
    recorded: status("past_due"),
  },
  {
    verdict: "status_mismatch",
    customers: [recordedCustomer(sub("starter_monthly", 140, { status: "canceled", ended: 2 }))],
    recorded: (right, facts) => locked(status("past_due")(right, facts), facts),
  },
  // Ids and dates.
  {
    verdict: "detail_mismatch",
    customers: [recordedCustomer(sub("starter_monthly", 95))],
    recorded: periodBehind(30),
  },
  {
    verdict: "detail_mismatch",
    customers: [recordedCustomer(sub("army_yearly", 400))],
    recorded: periodBehind(365),
  },
  {
    verdict: "detail_mismatch",
    customers: [customerWithMetadata(sub("starter_monthly", 28))],
    recorded: noCustomerId,
  },
  {
    verdict: "detail_mismatch",
    customers: [
      recordedCustomer(
        sub("starter_monthly", 220, { status: "canceled", ended: 31 }),
        sub("starter_monthly", 31),
      ),
    ],
    recorded: subscriptionBefore,
  },
  // Ended before the application ever heard of it: there is nothing to give, only to write down.
  {
    verdict: "status_mismatch",
    customers: [customerWithMetadata(sub("starter_monthly", 60, { status: "canceled", ended: 40 }))],
    recorded: nothing,
  },
];
