import type { Verdict } from "~/billing/verdicts/catalogue";
import { pluralize } from "~/billing/words/counts";
import { type CommandContext, EXIT, type ExitCode } from "~/cli/command";
import type { Line } from "~/cli/layout";
import { countRemaining } from "~/cli/remaining";
import { formatStakes, formatTime, toNumberCell, toVerdictCell } from "~/cli/words";
import type { FrameView } from "~/dashboard/frame.server";
import type { Overview } from "~/dashboard/overview.server";
import { describeRefusal } from "~/engine/account/refusal-words";
import { WRITE_MODE_WORDS } from "~/ui/status/words";

/** Users by verdict, the money at stake, and what needs a decision. */
export async function showAccountStatus({ parity, out, now }: CommandContext): Promise<ExitCode> {
  const [frame, overview, remaining, freshness] = await Promise.all([
    parity.frame(),
    parity.overview(),
    countRemaining(parity),
    parity.freshness(),
  ]);
  const { account, mode, writeMode, warning, refusals } = frame;
  const {
    verdicts,
    users,
    lockedOut,
    leaking,
    unmapped,
    lastFullRun,
    pendingRevocations,
    unlinkedCustomers,
    liveRun,
  } = overview;
  const value = {
    ...{ account, mode, writeMode, warning, refusals, users, lastFullRun, remaining, verdicts },
    ...{ lockedOut, leaking, unmapped, pendingRevocations, unlinkedCustomers, liveRun, freshness },
  };
  out.answer(value, () => [
    ...formatHead(frame, overview, { refused: freshness.refused, now: now() }),
    "",
    ...formatCounts(overview),
    "",
    ...formatWaiting(overview, remaining, freshness),
  ]);
  const { stale, drifted, refused } = freshness;
  const isKnown = remaining === 0 && stale === null && drifted === 0 && refused === null && warning === null;
  return isKnown ? EXIT.done : EXIT.mismatches;
}

function formatHead(
  { account, mode, writeMode, warning, refusals }: FrameView,
  { users, lastFullRun }: Overview,
  { refused, now }: { refused: string | null; now: number },
): Line[] {
  const whose = account === null ? "No Stripe account yet" : `Stripe account ${account}`;
  const lines = [
    `${whose} (${mode}), repairs: ${WRITE_MODE_WORDS[writeMode]}`,
    `${pluralize(users, "user")}; Stripe last read completely: ${formatTime(lastFullRun, now)}`,
  ];
  // What stops everything is said below.
  const missing = refusals.map(describeRefusal).filter((sentence) => sentence !== refused);
  return [...lines, ...(warning === null ? [] : [warning]), ...missing];
}

function formatCounts({ verdicts, lockedOut, leaking, unmapped }: Overview): Line[] {
  const money: Partial<Record<Verdict, string | null>> = {
    locked_out: formatStakes(lockedOut),
    unpaid_access: formatStakes(leaking),
    unmapped_price: formatStakes(unmapped),
  };
  return verdicts.map(({ verdict, users }) => [
    toVerdictCell(verdict),
    toNumberCell(users),
    money[verdict] ?? "",
  ]);
}

type Known = { stale: string | null; drifted: number; refused: string | null };

function formatWaiting(overview: Overview, remaining: number, { stale, drifted, refused }: Known): Line[] {
  const { unlinkedCustomers, pendingRevocations, liveRun } = overview;
  const lines: Line[] = [];
  if (unlinkedCustomers > 0)
    lines.push(
      `${pluralize(unlinkedCustomers, "paying Stripe customer is", "paying Stripe customers are")} linked to no user. To list them: npm run parity -- unclaimed`,
    );
  if (pendingRevocations > 0)
    lines.push(`${pluralize(pendingRevocations, "revocation")} pending: an admin must decide.`);
  if (liveRun) lines.push(`A run is active (${liveRun.by}): ${liveRun.id}`);
  if (refused !== null) lines.push(refused);
  if (stale !== null) lines.push(stale);
  if (drifted > 0)
    lines.push(
      `${pluralize(drifted, "user was", "users were")} changed in the database since the last check: not counted above.`,
    );
  if (remaining === 0 && (stale !== null || drifted > 0 || refused !== null)) return lines;
  lines.push(
    remaining === 0
      ? "All users are in sync or acknowledged."
      : `${pluralize(remaining, "user is", "users are")} not in sync. To list them with reasons: npm run parity -- sync --all (a preview; changes nothing)`,
  );
  return lines;
}
