import {
  locked,
  noCustomerId,
  notCancelled,
  nothing,
  periodBehind,
  priceBefore,
  secondLocked,
  soldiers,
  status,
  subscriptionBefore,
} from "~/demo/company/recorded";
import { customerWithMetadata, recordedCustomer, type Story, sub, unlinked } from "~/demo/company/story";

/** Both sides know of the customer, and say different things. */
export const DIFFERENCES: readonly Story[] = [
  // Another plan, price, amount, currency or interval.
  {
    verdict: "plan_differs",
    name: "Lucía Romero",
    customers: [recordedCustomer(sub("army_yearly", 30))],
    recorded: priceBefore("starter_monthly"),
  },
  {
    verdict: "plan_differs",
    customers: [recordedCustomer(sub("starter_monthly", 70))],
    recorded: priceBefore("army_monthly"),
  },
  {
    verdict: "plan_differs",
    customers: [recordedCustomer(sub("starter_monthly", 260))],
    recorded: priceBefore("starter_2024"),
  },
  {
    verdict: "plan_differs",
    customers: [recordedCustomer(sub("starter_eur", 45))],
    recorded: priceBefore("starter_monthly"),
  },
  {
    verdict: "plan_differs",
    customers: [recordedCustomer(sub("army_yearly", 15))],
    recorded: priceBefore("army_monthly"),
  },
  // Billing agrees, the workspaces do not follow.
  {
    verdict: "access_differs",
    customers: [recordedCustomer(sub("army_yearly", 50))],
    recorded: soldiers(1),
  },
  {
    verdict: "access_differs",
    customers: [recordedCustomer(sub("starter_monthly", 33))],
    recorded: soldiers(3),
  },
  {
    verdict: "access_differs",
    workspaces: 2,
    customers: [recordedCustomer(sub("army_yearly", 64))],
    recorded: secondLocked,
  },
  {
    verdict: "access_differs",
    name: "Grace Lindqvist",
    flags: ["comped"],
    comp: { plan: "army", reason: "Speaks at our conference", since: 1, endsIn: 90 },
    recorded: locked,
  },
  {
    verdict: "access_differs",
    comp: { plan: "army", reason: "Pilot for the new editor", since: 45, endsIn: -3 },
    recorded: soldiers(5),
  },
  // Would lose soldiers, but another paying customer has this address: nothing is taken until somebody looks.
  {
    verdict: "access_differs",
    flags: ["not_lowered"],
    customers: [recordedCustomer(sub("starter_monthly", 90)), unlinked(sub("army_yearly", 20))],
    recorded: soldiers(5),
  },
  // The status or the scheduled end differs; access does not.
  {
    verdict: "status_differs",
    name: "Tomasz Nowak",
    customers: [recordedCustomer(sub("starter_monthly", 110, { cancelIn: 17 }))],
    recorded: notCancelled,
  },
  {
    verdict: "status_differs",
    customers: [recordedCustomer(sub("army_yearly", 200, { cancelAtPeriodEnd: true }))],
    recorded: notCancelled,
  },
  {
    verdict: "status_differs",
    customers: [recordedCustomer(sub("starter_monthly", 123, { status: "past_due", monthBegan: 3 }))],
    recorded: status("active"),
  },
  {
    verdict: "status_differs",
    customers: [recordedCustomer(sub("starter_monthly", 40))],
    recorded: status("trialing"),
  },
  {
    verdict: "status_differs",
    flags: ["acknowledged"],
    acknowledged: "The application writes past_due when the invoice is sent; being changed",
    customers: [recordedCustomer(sub("army_yearly", 100))],
    recorded: status("past_due"),
  },
  {
    verdict: "status_differs",
    customers: [recordedCustomer(sub("starter_monthly", 140, { status: "canceled", ended: 2 }))],
    recorded: (right, facts) => locked(status("past_due")(right, facts), facts),
  },
  // Ids and dates.
  {
    verdict: "details_differ",
    customers: [recordedCustomer(sub("starter_monthly", 95))],
    recorded: periodBehind(30),
  },
  {
    verdict: "details_differ",
    customers: [recordedCustomer(sub("army_yearly", 400))],
    recorded: periodBehind(365),
  },
  {
    verdict: "details_differ",
    customers: [customerWithMetadata(sub("starter_monthly", 28))],
    recorded: noCustomerId,
  },
  {
    verdict: "details_differ",
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
    verdict: "status_differs",
    customers: [customerWithMetadata(sub("starter_monthly", 60, { status: "canceled", ended: 40 }))],
    recorded: nothing,
  },
];
