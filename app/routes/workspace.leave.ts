import { redirect } from "@remix-run/node";
import { route } from "~/http/route.server";

/** Ends a customer's session. */
export const action = route.action(
  { who: "public", because: "it only ends the caller's own session" },
  async ({ request, context }) =>
    redirect("/workspace/session?left", {
      headers: { "Set-Cookie": await context.customerAuth.endSession(request) },
    }),
);

/** A GET redirects to the page that explains how to open a workspace. */
export const loader = route.loader({ who: "public", because: "it only redirects" }, () =>
  redirect("/workspace/session"),
);
