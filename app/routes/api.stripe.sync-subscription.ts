import { z } from "zod";
import { refusal } from "~/http/errors";
import { route } from "~/http/route.server";

const json = z.object({
  sessionId: z
    .string()
    .regex(/^cs_\w{1,250}$/, "should look like cs_…")
    .optional(),
});

/** After paying: waits until Stripe has attached the subscription, and gives access. See the contract. */
export const action = route.action({ who: "customer", json }, async ({ json, customer, parity }) => {
  const synced = await parity.checkout.sync({ userId: customer.userId, sessionId: json.sessionId ?? null });
  switch (synced.state) {
    case "done":
      return Response.json(synced);
    case "pending":
      return Response.json({ state: "pending" }, { status: 202 });
    case "not_yours":
      throw refusal("not_found", { message: "You have no such checkout session." });
    case "too_many":
      throw refusal("too_many_requests", {
        message: "Too many requests. Look at the workspace instead, or wait a little.",
        headers: { "Retry-After": String(synced.retryAfterSeconds) },
      });
  }
});

export const loader = route.loader({ who: "customer" }, () => {
  throw refusal("wrong_method", { message: "Use POST.", headers: { Allow: "POST" } });
});
