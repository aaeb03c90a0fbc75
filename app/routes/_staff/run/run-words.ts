import type { RunState, RunView } from "~/dashboard/views";
import type { Tone } from "~/ui/status/tone";
import { formatCount, plural } from "~/ui/status/words";

const SCOPE_WORDS: Record<RunView["scope"], string> = {
  one: "one user",
  selection: "selected users",
  incremental: "what changed",
  full: "all users",
};

/** `Preview of all users`, `Sync of one user`, `Undo of a run`. */
export function runTitle({ mode, scope }: Pick<RunView, "mode" | "scope">): string {
  if (mode === "undo") return "Undo of a run";
  return `${mode === "preview" ? "Preview" : "Sync"} of ${SCOPE_WORDS[scope]}`;
}

export const STATE_WORDS: Record<RunState, string> = {
  running: "running",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
  abandoned: "abandoned",
};

export const STATE_TONES: Record<RunState, Tone> = {
  running: "medium",
  done: "right",
  failed: "critical",
  cancelled: "high",
  abandoned: "high",
};

/**
 * How far a run has come. While Stripe is read nobody knows how much there is, nor whom a tick concerns: then `total` is
 * 0.
 */
export function progressOf(run: RunView): { done: number; total: number; words: string } {
  const isTick = run.scope === "incremental";
  if (run.phase === "observe") {
    const read = plural(run.observed, isTick ? "customer" : "subscription");
    return {
      done: 0,
      total: 0,
      words: `Reading ${isTick ? "what changed in Stripe" : "Stripe"}: ${read} so far`,
    };
  }
  const done = run.synced + run.skipped + run.review + run.failed + run.notChecked;
  if (isTick && run.state === "running")
    return { done: 0, total: 0, words: `${plural(done, "user")} looked at so far` };
  return {
    done,
    total: run.total,
    words: `${formatCount(done)} of ${plural(run.total, "user")}`,
  };
}

/** What a run came to, in one line: `12 repaired · 40 in sync · 3 for review`; empty parts are left out. */
export function outcomeWords({ mode, synced, skipped, review, failed, notChecked }: RunView): string {
  const parts: [number, string][] = [
    [synced, mode === "preview" ? "to repair" : "repaired"],
    [skipped, "in sync"],
    [review, "blocked or for review"],
    [failed, "failed"],
    [notChecked, "not checked"],
  ];
  const said = parts.filter(([count]) => count > 0).map(([count, words]) => `${formatCount(count)} ${words}`);
  return said.length > 0 ? said.join(" · ") : "nothing to do";
}
