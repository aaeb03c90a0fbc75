import type { RunPage } from "~/dashboard/run-pages.server";
import type { ApplyPlan, RunGroup } from "~/dashboard/run-results/run-groups.server";
import type { RunView } from "~/dashboard/run-view.server";

/** Above this number of repairs, staff type the number to confirm. */
export const CONFIRM_BY_TYPING_ABOVE = 100;

/** The number that staff type: of the users who lose access, or of many repairs. Null when none must be typed. */
export function findNumberToType({ users, revocations }: ApplyPlan): number | null {
  if (revocations.users > 0) return revocations.users;
  return users > CONFIRM_BY_TYPING_ABOVE ? users : null;
}

/** Whether the number was typed, with or without separators, or none is needed. */
export function isNumberTyped(plan: ApplyPlan, typed: string): boolean {
  const number = findNumberToType(plan);
  return number === null || typed.replace(/[\s,.]/g, "") === String(number);
}

type Groups = { groups: RunGroup[]; run: Pick<RunView, "mode" | "state"> };

/** Splits the groups of a run into those that take access away, the others that it changes, and those that it does not change. */
export function splitGroups({ groups, run }: Groups): {
  revocations: RunGroup[];
  others: RunGroup[];
  willNot: RunGroup[];
} {
  // What a run that writes still intends it has not done.
  const changed = new Set<RunGroup["outcome"]>(run.mode === "preview" ? ["intended"] : ["synced"]);
  const will = groups.filter(({ outcome }) => changed.has(outcome));
  return {
    revocations: will.filter(({ revokes }) => revokes),
    others: will.filter(({ revokes }) => !revokes),
    willNot: groups.filter(({ outcome }) => !changed.has(outcome)),
  };
}

const RESULTS_REMOVED =
  "Not kept any more: results of users that were not repaired are removed after some months (setting “Keep runs”).";

/** What is said where a run has no users. One that ended early does not know that there are none. */
export function describeNothing({
  mode,
  state,
  unreached,
  resultsRemoved,
}: Pick<RunView, "mode" | "state" | "unreached" | "resultsRemoved">): {
  changed: string;
  unchanged: string;
} {
  const preview = mode === "preview";
  if (resultsRemoved)
    return { changed: preview ? RESULTS_REMOVED : "Nothing was changed.", unchanged: RESULTS_REMOVED };
  if (state === "running") return { changed: "Nothing yet.", unchanged: "Nothing yet." };
  if (state !== "done")
    return {
      changed: preview
        ? "Not known: the preview did not finish."
        : "Nothing was changed before the run ended.",
      unchanged: unreached > 0 ? "" : "Not known: the run did not finish.",
    };
  return { changed: preview ? "No changes." : "Nothing was changed.", unchanged: "No users are left out." };
}

type Unchanged = { run: Pick<RunView, "review">; groups: RunGroup[] };

/** Counts the users that are blocked or in review and that this run did not evaluate. An incremental run evaluates only changed users. */
export function countUnchangedUsers({ run, groups }: Unchanged): number {
  const listed = groups.filter(({ outcome }) =>
    ["review", "blocked", "changed_since_preview", "left_out"].includes(outcome),
  );
  return Math.max(0, run.review - listed.reduce((sum, { users }) => sum + users, 0));
}

/** Counts the users that a preview would change, with those that are left out. */
export function countIntendedUsers({ groups }: Pick<RunPage, "groups">): number {
  return groups.reduce((sum, { outcome, users }) => sum + (outcome === "intended" ? users : 0), 0);
}

/** Whether this preview can be applied: it has finished and would change at least one user. */
export function canApply({ plan }: Pick<RunPage, "plan">): boolean {
  return plan !== null && plan.users > 0;
}

export function isRunning({ state }: Pick<RunView, "state">): boolean {
  return state === "running";
}

/** The rate in users per second, and the seconds left at that rate. Null while it is not known. */
export function computePace(
  done: number,
  total: number,
  elapsedSeconds: number,
): { perSecond: number; secondsLeft: number } | null {
  if (done === 0 || elapsedSeconds <= 0 || total === 0) return null;
  const perSecond = done / elapsedSeconds;
  return { perSecond, secondsLeft: Math.max(0, (total - done) / perSecond) };
}
