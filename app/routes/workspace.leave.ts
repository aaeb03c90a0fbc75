import { redirect } from "@remix-run/node";
import { route } from "~/http/route.server";

/** Ends a customer's session in this browser. */
export const action = route.action(
  { who: "public", because: "it only ends the caller's own session" },
  ({ context }) =>
    redirect("/workspace/session", { headers: { "Set-Cookie": context.customerAuth.endSession() } }),
);

/** Whoever comes here by its address is told how a workspace is opened. */
export const loader = route.loader({ who: "public", because: "it only leads on" }, () =>
  redirect("/workspace/session"),
);
