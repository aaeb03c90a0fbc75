/**
 * What a run counts, each user once. One entry is one column of `Run`, one field of the cron route's answer, and one
 * part of the line that says what a run did. A new count: an entry here, the column, a migration.
 */
export const RUN_COUNTS = [
  { key: "synced", answer: "syncedCount", done: "repaired", previewed: "to repair" },
  { key: "skipped", answer: "skippedCount", done: "in sync", previewed: "in sync" },
  { key: "review", answer: "reviewCount", done: "blocked or for review", previewed: "blocked or for review" },
  { key: "failed", answer: "failedCount", done: "failed", previewed: "failed" },
  { key: "notChecked", answer: "notChecked", done: "not checked", previewed: "not checked" },
] as const;

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
