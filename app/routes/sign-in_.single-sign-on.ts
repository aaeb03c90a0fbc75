import { redirect } from "@remix-run/node";
import { z } from "zod";
import { PROVIDER_UNAVAILABLE } from "~/auth/staff.server";
import { toLocalPath } from "~/http/local-path";
import { route } from "~/http/route.server";

/** Redirects to the identity provider. It is a link, because our security policy lets forms post only to this site. */
export const loader = route.loader(
  {
    who: "public",
    because: "the user is not signed in yet",
    search: z.object({ next: z.string().optional() }),
  },
  async ({ request, search, context }) => {
    const started = await context.staffAuth.startSingleSignOn(request, toLocalPath(search.next));
    return started ?? redirect(PROVIDER_UNAVAILABLE);
  },
);
