import { STRIPES_WORDS, type Vocabulary } from "./vocabulary/vocabulary";

/** Business decisions; stored in the database, changed by an admin. */
export type Policy = {
  /** Days that a `past_due` subscription still gives access. */
  graceDays: number;
  /** What the application stores in `User.plan` for "no plan"; null when it stores NULL. */
  noPlanWord: string | null;
  /** The application's words, from its mapping. */
  vocabulary: Vocabulary;
};

export const DEFAULT_POLICY: Policy = { graceDays: 7, noPlanWord: null, vocabulary: STRIPES_WORDS };

/** Which repairs are made: none; only those that revoke nothing; all that the safety rules allow. */
export type WriteMode = "off" | "grant_only" | "full";
export const WRITE_MODES: readonly WriteMode[] = ["off", "grant_only", "full"];
