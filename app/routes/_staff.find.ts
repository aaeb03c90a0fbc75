import { redirect } from "@remix-run/node";
import { z } from "zod";
import { formatDay } from "~/billing/dates";
import { formatMoney } from "~/billing/money";
import type { UnclaimedPayer } from "~/dashboard/unclaimed-payers.server";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";
import { route } from "~/http/route.server";

const search = z.object({ q: z.string().trim().max(200).default("").catch("") });

/**
 * For links from a helpdesk: opens the user that matches, or the list if several could match. A payer that no user is linked
 * to is named.
 */
export const loader = route.loader({ who: "staff", role: "viewer", search }, async ({ search, parity }) => {
  const userId = search.q === "" ? null : await parity.findUser(search.q);
  const [payer] =
    userId || search.q === "" ? [] : await parity.unclaimedPayers({ limit: 1, search: search.q });
  if (payer)
    return new Response(describePayer(payer), { headers: { "Content-Type": "text/plain; charset=utf-8" } });
  return redirect(userId ? `/users/${encodeURIComponent(userId)}` : usersPath(EMPTY_QUERY, { q: search.q }));
});

function describePayer({ customerId, subscriptionIds, perMonth, since, ...payer }: UnclaimedPayer): string {
  const money = perMonth.map((one) => formatMoney(one.perMonth, one.currency)).join(" + ");
  const users = [...new Set([...payer.usersWithAddress, ...payer.usersByReference])];
  return [
    `The Stripe customer ${customerId} pays and is linked to no user.`,
    `Subscriptions: ${subscriptionIds.join(", ")}${money && `, ${money} a month`}, since ${formatDay(since)}.`,
    users.length > 0 ? `It may be: ${users.join(", ")}.` : "No user has its address.",
  ].join("\n");
}
