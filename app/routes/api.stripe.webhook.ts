import { refusal } from "~/http/errors";
import { route } from "~/http/route.server";

/**
 * Stripe's webhook. An event is stored before it is acknowledged; a type or mode that is not ours is acknowledged too,
 * or Stripe would send it for days. What could not be stored is answered with 5xx, and comes again. Where no
 * process stays alive, the request settles the event itself, for some seconds at most.
 */
export const action = route.action({ who: "stripe", raw: true }, async ({ body, request, parity, log }) => {
  const received = await parity.events.receiveSigned(body, request.headers.get("Stripe-Signature"));
  if (!received.ok && received.reason === "not_configured")
    throw refusal("not_configured", { message: "STRIPE_WEBHOOK_SECRET is not set." });
  if (!received.ok) throw refusal("bad_signature");
  const { id: event, type, outcome, settled } = received;
  log.info({ event, type, outcome, settled }, "webhook event");
  return Response.json({ received: true, outcome });
});
