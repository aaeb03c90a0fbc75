import type { Verdict } from "~/billing/verdicts";
import { plural } from "~/billing/words/sentence";
import { type CommandContext, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import { countRemaining } from "~/cli/remaining";
import { moment, numberCell, stakesInWords, verdictCell } from "~/cli/words";
import type { FrameView, Overview } from "~/dashboard/views";
import { WRITE_MODE_WORDS } from "~/ui/status/words";

/** How many users have which verdict, what that costs, and what waits. */
export async function statusOfAccount({ parity, out, now }: CommandContext): Promise<ExitCode> {
  const [frame, overview, remaining] = await Promise.all([
    parity.frame(),
    parity.overview(),
    countRemaining(parity),
  ]);
  const { account, mode, writeMode, warning } = frame;
  const { verdicts, users, lockedOut, leaking, lastPass, waitingRevocations, unclaimed, liveRun } = overview;
  const value = {
    ...{ account, mode, writeMode, warning, users, lastPass, remaining, verdicts },
    ...{ lockedOut, leaking, waitingRevocations, unclaimed, liveRun },
  };
  out.answer(value, () => [
    ...head(frame, overview, now()),
    "",
    ...counts(overview),
    "",
    ...waiting(overview, remaining),
  ]);
  return remaining > 0 ? EXIT.mismatches : EXIT.done;
}

function head(
  { account, mode, writeMode, warning }: FrameView,
  { users, lastPass }: Overview,
  now: number,
): Line[] {
  const whose = account === null ? "No Stripe account yet" : `Stripe account ${account}`;
  const lines = [
    `${whose} (${mode}), writes: ${WRITE_MODE_WORDS[writeMode]}`,
    `${plural(users, "user")}; Stripe last read completely: ${moment(lastPass, now)}`,
  ];
  return warning === null ? lines : [...lines, warning];
}

function counts({ verdicts, lockedOut, leaking }: Overview): Line[] {
  const money: Partial<Record<Verdict, string | null>> = {
    locked_out: stakesInWords(lockedOut),
    unpaid_access: stakesInWords(leaking),
  };
  return verdicts.map(({ verdict, users }) => [
    verdictCell(verdict),
    numberCell(users),
    money[verdict] ?? "",
  ]);
}

function waiting(overview: Overview, remaining: number): Line[] {
  const { unclaimed, waitingRevocations, liveRun } = overview;
  const lines: Line[] = [];
  if (unclaimed > 0) lines.push(`${plural(unclaimed, "paying Stripe customer")} that no user claims.`);
  if (waitingRevocations > 0)
    lines.push(`${plural(waitingRevocations, "revocation")} held back, until somebody decides.`);
  if (liveRun) lines.push(`A run is under way (${liveRun.by}): ${liveRun.id}`);
  lines.push(
    remaining === 0
      ? "Everybody is in sync, or acknowledged."
      : `${plural(remaining, "user is", "users are")} not in sync. See who and why: sync --all`,
  );
  return lines;
}
