import { formatDay } from "~/billing/dates";
import { formatMoney } from "~/billing/money";
import type { UnclaimedPayer } from "./unclaimed-payers.server";

/** "$16.67 + €5"; empty when no amount is known. */
export const formatPerMonth = ({ perMonth }: Pick<UnclaimedPayer, "perMonth">): string =>
  perMonth.map((one) => formatMoney(one.perMonth, one.currency)).join(" + ");

/** Who pays, how much, since when, why no user is linked, and what can be done, in sentences. */
export function describePayer(payer: UnclaimedPayer, metadataKey: string): string[] {
  const { customerId, subscriptionIds, since } = payer;
  const money = formatPerMonth(payer);
  return [
    `The Stripe customer ${customerId} pays and is linked to no user.`,
    `Subscriptions: ${subscriptionIds.join(", ")}${money && `, ${money} a month`}, since ${formatDay(since)}.`,
    ...explain(payer),
    `To link it, put the user’s id into the customer’s metadata in Stripe, under ${metadataKey}, or record ${customerId} for the user in the application. Then run: parity sync ${customerId}`,
  ];
}

function explain(payer: UnclaimedPayer): string[] {
  const { namedUserId, usersWithAddress, usersByReference, rejectedUsers } = payer;
  const rejected = new Set(rejectedUsers);
  const open = (users: readonly string[]) => users.filter((id) => !rejected.has(id));
  const lines = [
    namedUserId !== null && `Stripe’s metadata name the user ${namedUserId}, who does not exist.`,
    list("It may be: ", open(usersWithAddress), ". The email address is the same, which is no proof."),
    list(
      "It may be: ",
      open(usersByReference),
      ". A checkout session refers to the user, which is no proof.",
    ),
    list("Staff decided that it is not: ", rejectedUsers, "."),
  ].filter((line) => line !== false);
  return lines.length > 0 ? lines : ["Nothing in Stripe names a user, and no user has its address."];
}

const list = (before: string, users: readonly string[], after: string): string | false =>
  users.length > 0 && `${before}${users.join(", ")}${after}`;
