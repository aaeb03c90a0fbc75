/** What the business decides; kept in the database, changed by an admin. */
export type Policy = {
  /** Days that a `past_due` subscription still gives access. */
  graceDays: number;
  /** The application's word in `User.plan` for "no plan"; null when it uses NULL. */
  noPlanWord: string | null;
};

export const DEFAULT_POLICY: Policy = { graceDays: 7, noPlanWord: null };

/** Who may write: nobody; only repairs that lower nothing; everything under the rules. */
export type WriteMode = "off" | "grant_only" | "full";
export const WRITE_MODES: readonly WriteMode[] = ["off", "grant_only", "full"];
