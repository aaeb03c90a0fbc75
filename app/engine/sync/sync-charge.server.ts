import type { Deps } from "~/engine/evaluate/deps.server";
import { findCustomerOfCharge, readSignalledCharges } from "~/engine/observe/reversals.server";
import { syncCustomer } from "./sync-customer.server";

/** After this no further request is begun. Milliseconds. */
const DEADLINE_MS = 60_000;

/**
 * Does what a webhook about a charge asked for: reads what went back of it, then its customer, whose latest invoice says
 * whether it matters. Throws when Stripe may answer later, so that the job is tried again.
 */
export async function syncCharge(
  deps: Deps,
  { chargeId }: { chargeId: string },
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  const until = performance.now() + deadlineMs;
  const computeTimeLeft = () => Math.max(0, until - performance.now());
  const failure = await readSignalledCharges(
    deps,
    { priority: "background", deadlineMs: computeTimeLeft() },
    chargeId,
  );
  if (failure) throw new Error(`Stripe could not be asked about ${chargeId}: ${failure.reason}`);
  const customerId = await findCustomerOfCharge(deps.db, chargeId);
  if (customerId !== null) await syncCustomer(deps, { customerId }, computeTimeLeft());
}
