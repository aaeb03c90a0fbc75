import type { Parity } from "~/facade/parity.server";
import { StartError } from "~/platform/start-error";
import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";

/** How long a start waits for Stripe: what cannot be asked now is checked before every write. Milliseconds. */
const WAIT_MS = 5_000;

/** Throws when STRIPE_ACCOUNT_ID and the key name two accounts: no process would write anything. */
export async function requireRightAccount(parity: Pick<Parity, "checkAccount">): Promise<void> {
  const answer = await withTimeout(parity.checkAccount(), WAIT_MS);
  if (answer !== TIMED_OUT && !answer.ok && answer.isMisconfigured) throw new StartError(answer.message, 2);
}
