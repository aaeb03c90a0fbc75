import type { RunOutcome } from "./run-types";

/**
 * What a run counts, each user once: by the outcomes that count as it. One entry is one column of `Run`, one field of the
 * cron route's answer, and one part of the line that says what a run did (or, for a preview, would do). How to add one is
 * in docs/architecture.md, "Where do I change …".
 */
export const RUN_COUNTS = [
  {
    key: "synced",
    answer: "syncedCount",
    done: "repaired",
    previewed: "to repair",
    outcomes: ["synced", "intended"],
  },
  { key: "skipped", answer: "skippedCount", done: "in sync", previewed: "in sync", outcomes: ["in_sync"] },
  {
    key: "review",
    answer: "reviewCount",
    done: "blocked or awaiting a decision",
    previewed: "blocked or awaiting a decision",
    outcomes: ["review", "blocked", "changed_since_preview", "left_out"],
  },
  { key: "failed", answer: "failedCount", done: "failed", previewed: "failed", outcomes: ["failed"] },
  {
    key: "notChecked",
    answer: "notChecked",
    done: "not checked",
    previewed: "not checked",
    outcomes: ["not_checked"],
  },
] as const satisfies readonly (RunCountEntry & { key: string })[];

type RunCountEntry = {
  answer: string;
  done: string;
  previewed: string;
  outcomes: readonly (RunOutcome | "in_sync")[];
};

export type RunCountKey = (typeof RUN_COUNTS)[number]["key"];
export type RunCounts = Record<RunCountKey, number>;

export const NO_COUNTS: RunCounts = { synced: 0, skipped: 0, review: 0, failed: 0, notChecked: 0 };

/** The counts of a run, without its other columns. */
export const pickCounts = (run: RunCounts): RunCounts => {
  const counts = { ...NO_COUNTS };
  for (const { key } of RUN_COUNTS) counts[key] = run[key];
  return counts;
};

/** How many users a run has counted so far. */
export const sumCounts = (counts: RunCounts): number =>
  RUN_COUNTS.reduce((sum, { key }) => sum + counts[key], 0);

/** The count that an outcome belongs to. A test shows that every outcome belongs to exactly one. */
export function findCountKey(outcome: RunOutcome | "in_sync"): RunCountKey {
  const entry = RUN_COUNTS.find(({ outcomes }) => outcomes.some((one) => one === outcome));
  if (!entry) throw new Error(`No run count has the outcome ${outcome}`);
  return entry.key;
}

type AnswerCounts = Record<(typeof RUN_COUNTS)[number]["answer"], number>;

/** The counts under the names that the cron route answers with. */
export function toAnswerCounts(counts: RunCounts): AnswerCounts {
  const answer: AnswerCounts = {
    syncedCount: 0,
    skippedCount: 0,
    reviewCount: 0,
    failedCount: 0,
    notChecked: 0,
  };
  for (const entry of RUN_COUNTS) answer[entry.answer] = counts[entry.key];
  return answer;
}
