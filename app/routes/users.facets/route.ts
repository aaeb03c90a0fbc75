import { z } from "zod";
import { FACETS } from "~/dashboard/facets/facet-names";
import { parseUsersQuery } from "~/dashboard/users-list/users-query";
import { route } from "~/http/route.server";

const search = z.object({ facet: z.enum(FACETS) });

/** How many users each value of a filter would show, with the other filters of the address as they are. */
export const loader = route.loader(
  { who: "staff", role: "viewer", search },
  async ({ request, search: { facet }, parity }) => {
    const query = parseUsersQuery(new URL(request.url).searchParams);
    return { counts: await parity.users.countFacetCached(query, facet) };
  },
);
