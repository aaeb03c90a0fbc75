import { redirect } from "@remix-run/node";
import { z } from "zod";
import { EMPTY_QUERY, usersPath } from "~/dashboard/users-list/users-query";
import { route } from "~/http/route.server";
import { toPathId } from "~/platform/plain-text";

const search = z.object({ q: z.string().trim().max(200).default("").catch("") });

/**
 * For links from a helpdesk: opens the user that matches, or the list if several could match. A payer that no user is linked
 * to is named.
 */
export const loader = route.loader({ who: "staff", role: "viewer", search }, async ({ search, parity }) => {
  const userId = search.q === "" ? null : await parity.findUser(search.q);
  const [payer] = userId === null ? await parity.findPayers(search.q, 1) : [];
  if (payer)
    return new Response(payer.sentences.join("\n"), {
      headers: { "Content-Type": "text/plain; charset=utf-8" },
    });
  return redirect(userId ? `/users/${toPathId(userId)}` : usersPath(EMPTY_QUERY, { q: search.q }));
});
