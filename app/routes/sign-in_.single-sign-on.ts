import { redirect } from "@remix-run/node";
import { z } from "zod";
import { localPath } from "~/http/local-path";
import { route } from "~/http/route.server";

/** Sends someone to the identity provider. A link, not a form: the policy for forms allows no other site. */
export const loader = route.loader(
  {
    who: "public",
    because: "whoever signs in is not signed in yet",
    search: z.object({ next: z.string().optional() }),
  },
  async ({ request, search, context }) => {
    const started = await context.staffAuth.startSingleSignOn(request, localPath(search.next));
    return started ?? redirect("/sign-in?error=single_sign_on_unavailable");
  },
);
