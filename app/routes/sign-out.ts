import { redirect } from "@remix-run/node";
import { route } from "~/http/route.server";

/** Ends the session, in the database and in the browser. */
export const action = route.action({ who: "staff", role: "viewer" }, async ({ request, context }) => {
  const headers = new Headers();
  for (const cookie of await context.staffAuth.signOut(request)) headers.append("Set-Cookie", cookie);
  return redirect("/sign-in", { headers });
});

/** A GET redirects home, where the sign-out button is. */
export const loader = route.loader({ who: "public", because: "it only redirects" }, () => redirect("/"));
