import type { RunPage } from "~/dashboard/run-pages.server";
import type { RunGroup, RunView } from "~/dashboard/run-view.server";

/** Above this number of repairs, staff type the number to confirm. */
export const CONFIRM_BY_TYPING_ABOVE = 100;

/** Splits the groups of a run into those that it changes and those that it does not change. */
export function splitGroups({ groups }: Pick<RunPage, "groups">): { will: RunGroup[]; willNot: RunGroup[] } {
  const isChanged = ({ outcome }: RunGroup) => outcome === "intended" || outcome === "synced";
  return { will: groups.filter(isChanged), willNot: groups.filter((group) => !isChanged(group)) };
}

type Unchanged = { run: Pick<RunView, "review">; groups: RunGroup[] };

/** Counts the users that are blocked or in review and that this run did not evaluate. An incremental run evaluates only changed users. */
export function countUnchangedUsers({ run, groups }: Unchanged): number {
  const listed = groups.filter(({ outcome }) =>
    ["review", "blocked", "changed_since_preview"].includes(outcome),
  );
  return Math.max(0, run.review - listed.reduce((sum, { users }) => sum + users, 0));
}

/** Counts the users that a preview would change. */
export function countIntendedUsers({ groups }: Pick<RunPage, "groups">): number {
  return groups.reduce((sum, { outcome, users }) => sum + (outcome === "intended" ? users : 0), 0);
}

/** Whether this preview can be applied: it has finished and would change at least one user. */
export function canApply(page: RunPage): boolean {
  return page.run.mode === "preview" && page.run.state === "done" && countIntendedUsers(page) > 0;
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
