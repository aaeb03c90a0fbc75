import { formatCount, pluralize } from "~/billing/words/counts";
import type { RunView } from "~/dashboard/run-view.server";
import { sumCounts } from "~/engine/repair/run-counts";
import type { CommandContext } from "./command";

/** How watching a run ended. `stuck`: the run is still open, and the next call continues it. */
export type FollowResult = { run: RunView; left: "ended" | "interrupted" | "stuck" };

const STEP_MS = 2_000;
const PAUSE_MS = 1_000;
/** Stop waiting after this many pauses in a row without progress: about two minutes. */
const MAX_PAUSES = 120;

/** Works on a run until it ends, or watches while another process works on it. */
export async function followRun(context: CommandContext, begun: RunView): Promise<FollowResult> {
  const { parity, out, pause, signal } = context;
  let run = begun;
  let idle = 0;
  out.progress(formatProgress(run));
  while (run.state === "running") {
    if (signal.aborted) return { run, left: "interrupted" };
    if (idle >= MAX_PAUSES) return { run, left: "stuck" };
    const before = run;
    run = await parity.runs.step(run.id, STEP_MS);
    const moved = describePosition(run) !== describePosition(before);
    out.progress(moved || run.leaseLeft === null ? formatProgress(run) : formatWaiting(run, run.leaseLeft));
    idle = moved ? 0 : idle + 1;
    if (!moved && run.state === "running") await pause(PAUSE_MS);
  }
  out.progress(null);
  return { run, left: "ended" };
}

const describePosition = (run: RunView) => `${run.phase} ${run.observed} ${sumCounts(run)}`;

/** Our own lease is released after each step: this one is another process's. */
const formatWaiting = ({ by, scope }: RunView, seconds: number) =>
  `Waiting for another process that works on this run (${scope}, started by ${by}); if that process has died, this goes on in ${seconds} s …`;

function formatProgress(run: RunView): string {
  const place =
    run.phase === "observe"
      ? `Reading Stripe: ${pluralize(run.observed, "subscription")}`
      : `Evaluating: ${formatCount(sumCounts(run))} of ${pluralize(run.total, "user")}`;
  return run.reason === null ? `${place} …` : `${place}; waiting (${run.reason}) …`;
}
