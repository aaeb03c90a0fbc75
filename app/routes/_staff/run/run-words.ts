import { formatCount, pluralize } from "~/billing/words/counts";
import type { RunView } from "~/dashboard/run-view.server";
import { RUN_COUNTS, sumCounts } from "~/engine/repair/run-counts";
import type { RunState } from "~/engine/repair/run-types";
import type { Tone } from "~/ui/status/tone";
import { SCOPE_WORDS } from "~/ui/status/words";

const MODE_WORDS: Record<RunView["mode"], string> = { preview: "Preview", apply: "Sync", undo: "Undo" };

/** `Preview of all users`, `Sync of one user`. */
export function formatRunTitle({ mode, scope }: Pick<RunView, "mode" | "scope">): string {
  return `${MODE_WORDS[mode]} of ${SCOPE_WORDS[scope]}`;
}

export const STATE_TONES: Record<RunState, Tone> = {
  running: "medium",
  done: "right",
  failed: "critical",
  cancelled: "high",
  abandoned: "high",
};

/**
 * The progress of a run. `total` is 0 while it is not known: during reading, and for an incremental run until it has
 * finished.
 */
export function describeProgress(run: RunView): { done: number; total: number; words: string } {
  const isIncremental = run.scope === "incremental";
  if (run.phase === "observe") {
    const read = pluralize(run.observed, isIncremental ? "customer" : "subscription");
    return {
      done: 0,
      total: 0,
      words: `Reading ${isIncremental ? "changes from Stripe" : "Stripe"}: ${read} so far`,
    };
  }
  const done = sumCounts(run);
  if (isIncremental && run.state === "running")
    return { done: 0, total: 0, words: `${pluralize(done, "user")} checked so far` };
  return {
    done,
    total: run.total,
    words: `${formatCount(done)} of ${pluralize(run.total, "user")}`,
  };
}

/** The result of a run in one line: `12 repaired · 40 in sync`. Counts of 0 are left out. */
export function summarizeOutcome(run: RunView): string {
  const texts = RUN_COUNTS.flatMap(({ key, done, previewed }) =>
    run[key] > 0 ? [`${formatCount(run[key])} ${run.mode === "preview" ? previewed : done}`] : [],
  );
  return texts.length > 0 ? texts.join(" · ") : "nothing to do";
}
