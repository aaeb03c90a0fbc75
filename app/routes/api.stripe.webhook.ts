import { errorResponse } from "~/http/errors";
import { route } from "~/http/route.server";

/**
 * Stripe's webhook. An event is stored before it is acknowledged. An event that is not ours, or not readable, is acknowledged
 * without being stored, because Stripe would resend it for days; it is counted by reason. If storing fails, the answer is 5xx
 * and Stripe sends the event again. Where no process stays alive, the request itself processes the event, for some seconds
 * at most.
 */
export const action = route.action({ who: "stripe", raw: true }, async ({ body, request, parity, log }) => {
  const received = await parity.events.receiveSigned(body, request.headers.get("Stripe-Signature"));
  if (!received.ok) {
    if (received.reason === "not_configured")
      throw errorResponse("not_configured", { message: "STRIPE_WEBHOOK_SECRET is not set." });
    if (received.reason === "bad_signature") {
      log.warn(
        { reason: received.reason },
        "webhook refused: the signature does not fit STRIPE_WEBHOOK_SECRET",
      );
      throw errorResponse("bad_signature", { message: "The signature is not Stripe’s." });
    }
    const { reason, secondsOld } = received;
    log.error({ reason, secondsOld }, "webhook refused: timestamp outside the tolerance, check the clock");
    throw errorResponse("bad_signature", {
      message: `The signature is ${secondsOld} seconds old by this server’s clock: its timestamp is outside the tolerance. Check the clock of this server.`,
    });
  }
  const { event, outcome, reason, settled } = received;
  log.info(
    { event: event?.id, type: event?.type, outcome, reason: reason ?? undefined, settled },
    "webhook event",
  );
  return Response.json({ received: true, outcome, ...(reason !== null && { reason }) });
});
