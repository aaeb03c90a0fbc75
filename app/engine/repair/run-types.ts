/** What a run does. */
export type RunMode = "preview" | "apply" | "undo";
/** Which users a run covers. `incremental` and `full` runs cover the whole account, `selection` those that staff selected, or of another run. */
export type RunScope = "one" | "selection" | "incremental" | "full";
export type RunState = "running" | "done" | "failed" | "cancelled" | "abandoned";

/** The results of a run for one user. */
export const RUN_OUTCOMES = [
  "intended",
  "synced",
  "blocked",
  "review",
  "failed",
  "not_checked",
  "changed_since_preview",
  "left_out",
] as const;

/** `intended`: a preview would repair it, or a revocation waits for its new read. `left_out`: staff left it out of the preview. */
export type RunOutcome = (typeof RUN_OUTCOMES)[number];
