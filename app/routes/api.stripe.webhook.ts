import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";

/**
 * Stripe's webhook. An event is stored before it is acknowledged. An event of another type or mode is acknowledged without
 * being stored, because Stripe would resend it for days. If storing fails, the answer is 5xx and Stripe sends the event
 * again. Where no process stays alive, the request itself processes the event, for some seconds at most.
 */
export const action = route.action({ who: "stripe", raw: true }, async ({ body, request, parity, log }) => {
  const received = await parity.events.receiveSigned(body, request.headers.get("Stripe-Signature"));
  if (!received.ok && received.reason === "not_configured")
    throw errorResponse("not_configured", { message: "STRIPE_WEBHOOK_SECRET is not set." });
  if (!received.ok) throw errorResponse("bad_signature");
  const { id: event, type, outcome, settled } = received;
  log.info({ event, type, outcome, settled }, "webhook event");
  return Response.json({ received: true, outcome });
});
