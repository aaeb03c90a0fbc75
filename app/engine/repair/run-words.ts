/** What a run means to do. */
export type RunMode = "preview" | "apply" | "undo";
/** Over which users. `tick` and `full` are whole-account runs. */
export type RunScope = "one" | "selection" | "incremental" | "full";
export type RunState = "running" | "done" | "failed" | "cancelled" | "abandoned";

/** What a run came to for one user. `intended`: a preview would repair it, or a revocation waits for its fresh read. */
export type RunOutcome =
  | "intended"
  | "synced"
  | "blocked"
  | "review"
  | "failed"
  | "not_checked"
  | "changed_since_preview";
