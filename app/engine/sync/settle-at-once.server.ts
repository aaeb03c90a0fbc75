import type { Deps } from "~/engine/evaluate/deps.server";
import { forgetSettleJob, isUnsettled } from "~/engine/observe/events.server";
import { within } from "~/platform/within";
import type { WebhookEvent } from "~/stripe/webhook-event.server";
import { settleCustomer } from "./settle-customer.server";

/** So much of the time is kept for the database. Milliseconds. */
const FOR_THE_DATABASE_MS = 500;

/**
 * Settles a stored event in the request that brought it, where no process stays alive to do it later. True: it is
 * settled. False: there was no time, or Stripe could not be asked; the next tick does it. Never throws, and takes at most
 * `limitMs` milliseconds: the event is stored, so Stripe is to hear that, whatever happens here.
 */
export async function settleAtOnce(deps: Deps, event: WebhookEvent, limitMs: number): Promise<boolean> {
  const { id, customerId, sessionId } = event;
  try {
    return (await within(limitMs, settle())) === true;
  } catch (error) {
    deps.log.warn({ err: error, event: id }, "an event was not settled in its request");
    return false;
  }

  async function settle(): Promise<boolean> {
    // It came before and is done, or what it is about has been read since.
    if (customerId === null || !(await isUnsettled(deps.db, id))) return customerId !== null;
    await settleCustomer(deps, { customerId, sessionId }, Math.max(1, limitMs - FOR_THE_DATABASE_MS));
    await forgetSettleJob(deps.db, customerId, sessionId);
    return !(await isUnsettled(deps.db, id));
  }
}
