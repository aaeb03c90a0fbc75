import { z } from "zod";
import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";

/** Blank, or null as `searchParams.get` answers: there is none. */
const json = z.object({
  sessionId: z
    .string()
    .trim()
    .regex(/^(cs_\w{1,250})?$/, "should look like cs_…")
    .nullish()
    .transform((id) => id || null),
});

/** After a payment: waits until Stripe has attached the subscription, then grants access. */
export const action = route.action({ who: "customer", json }, async ({ json, customer, parity }) => {
  const synced = await parity.checkout.sync({ userId: customer.userId, sessionId: json.sessionId });
  switch (synced.state) {
    case "done":
      return Response.json(synced);
    case "pending":
      return Response.json({ state: "pending" }, { status: 202 });
    case "not_yours":
      throw errorResponse("not_found", { message: "Checkout session not found." });
    case "too_many":
      throw errorResponse("too_many_requests", {
        message: "Too many requests. Read the workspace instead, or try again later.",
        headers: { "Retry-After": String(synced.retryAfterSeconds) },
      });
  }
});

export const loader = route.loader({ who: "customer" }, () => {
  throw errorResponse("wrong_method", { message: "Use POST.", headers: { Allow: "POST" } });
});
