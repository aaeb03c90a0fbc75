import { plural } from "~/billing/words/sentence";
import type { RunView } from "~/dashboard/views";
import type { CommandContext } from "./command";

/** How a run was left. `stuck`: it goes on when somebody goes on with it. */
export type Followed = { run: RunView; left: "ended" | "interrupted" | "stuck" };

const STEP_MS = 2_000;
const PAUSE_MS = 1_000;
/** So many pauses one after the other, with nothing done between, and we stop waiting: about two minutes. */
const MOST_PAUSES = 120;

/** Works on a run until it is over, or watches while another process does. */
export async function followRun(context: CommandContext, begun: RunView): Promise<Followed> {
  const { parity, out, pause, signal } = context;
  let run = begun;
  let idle = 0;
  while (run.state === "running") {
    if (signal.aborted) return { run, left: "interrupted" };
    if (idle >= MOST_PAUSES) return { run, left: "stuck" };
    const before = run;
    run = await parity.runs.step(run.id, STEP_MS);
    out.progress(progressOf(run));
    const moved = placeOf(run) !== placeOf(before);
    idle = moved ? 0 : idle + 1;
    if (!moved && run.state === "running") await pause(PAUSE_MS);
  }
  out.progress(null);
  return { run, left: "ended" };
}

const evaluatedIn = ({ synced, skipped, review, failed, notChecked }: RunView) =>
  synced + skipped + review + failed + notChecked;

const placeOf = (run: RunView) => `${run.phase} ${run.observed} ${evaluatedIn(run)}`;

function progressOf(run: RunView): string {
  const place =
    run.phase === "observe"
      ? `Reading Stripe: ${plural(run.observed, "subscription")}`
      : `Evaluating: ${evaluatedIn(run).toLocaleString("en-US")} of ${plural(run.total, "user")}`;
  return run.reason === null ? `${place} …` : `${place}; waiting (${run.reason}) …`;
}
