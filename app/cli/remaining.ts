import { IN_SYNC_VERDICTS, VERDICTS } from "~/billing/verdicts/catalogue";
import { EMPTY_QUERY } from "~/dashboard/users-list/users-query";
import type { Parity } from "~/facade/parity.server";
import { EXIT, type ExitCode } from "./command";

/** Users with unacknowledged mismatches. Users that have not been checked count too. */
export async function countRemaining({ users }: Parity): Promise<number> {
  const verdicts = VERDICTS.filter((verdict) => !IN_SYNC_VERDICTS.has(verdict));
  const open = await users.count({ ...EMPTY_QUERY, verdicts });
  const acknowledged = await users.count({ ...EMPTY_QUERY, verdicts, flags: ["acknowledged"] });
  return open - acknowledged;
}

/** The exit code of a command about one user. */
export async function chooseExitCode({ views }: Parity, userId: string): Promise<ExitCode> {
  const [view] = await views([userId]);
  const settled = !view || IN_SYNC_VERDICTS.has(view.verdict) || view.flags.includes("acknowledged");
  return settled ? EXIT.done : EXIT.mismatches;
}
