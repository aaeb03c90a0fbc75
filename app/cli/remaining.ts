import { SETTLED_VERDICTS, VERDICTS } from "~/billing/verdicts";
import { EMPTY_QUERY } from "~/dashboard/users-list/users-query";
import type { Parity } from "~/facade/parity.server";
import { EXIT, type ExitCode } from "./command";

/**
 * Users who are not in sync with Stripe and whose differences nobody acknowledged. Those that have not been checked
 * count: what is not known is not called right.
 */
export async function countRemaining({ users }: Parity): Promise<number> {
  const verdicts = VERDICTS.filter((verdict) => !SETTLED_VERDICTS.has(verdict));
  const open = await users.count({ ...EMPTY_QUERY, verdicts });
  const acknowledged = await users.count({ ...EMPTY_QUERY, verdicts, flags: ["acknowledged"] });
  return open - acknowledged;
}

/** The exit code after looking at one user. */
export async function exitForUser({ views }: Parity, userId: string): Promise<ExitCode> {
  const [view] = await views([userId]);
  const settled = !view || SETTLED_VERDICTS.has(view.verdict) || view.flags.includes("acknowledged");
  return settled ? EXIT.done : EXIT.mismatches;
}
