import type { Deps } from "~/engine/evaluate/deps.server";
import { deleteChargeJob, deleteSyncJob, isUnsettled } from "~/engine/observe/events.server";
import { withTimeout } from "~/platform/with-timeout";
import type { WebhookEvent } from "~/stripe/webhook-event.server";
import { syncCharge } from "./sync-charge.server";
import { syncCustomer } from "./sync-customer.server";

/** Part of the time that is kept for the database. Milliseconds. */
const FOR_THE_DATABASE_MS = 500;

/**
 * Settles a stored event in the request that brought it, where no process stays alive to do it later. True: it is settled.
 * False: there was no time, or Stripe could not be asked; the next scheduled run settles it. Never throws, and takes at
 * most `limitMs` milliseconds: the event is stored, so Stripe must hear 200 whatever happens here.
 */
export async function syncWithinRequest(deps: Deps, event: WebhookEvent, limitMs: number): Promise<boolean> {
  const { id, customerId, chargeId = null } = event;
  try {
    return (await withTimeout(settle(), limitMs)) === true;
  } catch (error) {
    deps.log.warn({ err: error, event: id }, "webhook event not settled in its request");
    return false;
  }

  async function settle(): Promise<boolean> {
    if (chargeId !== null) return settleCharge(chargeId);
    // Delivered before and settled, or its customer was read since.
    if (customerId === null || !(await isUnsettled(deps.db, id))) return customerId !== null;
    await syncCustomer(deps, { customerId }, Math.max(1, limitMs - FOR_THE_DATABASE_MS));
    await deleteSyncJob(deps.db, customerId);
    return !(await isUnsettled(deps.db, id));
  }

  async function settleCharge(named: string): Promise<boolean> {
    if (!(await isUnsettled(deps.db, id))) return true;
    await syncCharge(deps, { chargeId: named }, Math.max(1, limitMs - FOR_THE_DATABASE_MS));
    await deleteChargeJob(deps.db, named);
    return !(await isUnsettled(deps.db, id));
  }
}
