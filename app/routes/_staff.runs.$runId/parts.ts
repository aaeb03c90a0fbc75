import type { RunGroup, RunPage, RunView } from "~/dashboard/views";

/** Runs that change more users than this are confirmed by typing the number. */
export const TYPED_ABOVE = 100;

/** What a run does or did, and what it does not, with reasons. */
export function partsOf({ groups }: Pick<RunPage, "groups">): { will: RunGroup[]; willNot: RunGroup[] } {
  const does = ({ outcome }: RunGroup) => outcome === "intended" || outcome === "synced";
  return { will: groups.filter(does), willNot: groups.filter((group) => !does(group)) };
}

/** Users who count as blocked or for review, and whom the run did not look at: a tick evaluates only whom something concerns. */
export function usersAsBefore({ run, groups }: Pick<RunPage, "run" | "groups">): number {
  const listed = groups.filter(({ outcome }) =>
    ["review", "blocked", "changed_since_preview"].includes(outcome),
  );
  return Math.max(0, run.review - listed.reduce((sum, { users }) => sum + users, 0));
}

/** How many users a preview would change. */
export function intendedUsers({ groups }: Pick<RunPage, "groups">): number {
  return groups.reduce((sum, { outcome, users }) => sum + (outcome === "intended" ? users : 0), 0);
}

/** Whether this preview can be applied now: it is finished, and would change somebody. */
export function canApply(page: RunPage): boolean {
  return page.run.mode === "preview" && page.run.state === "done" && intendedUsers(page) > 0;
}

export function isLive({ state }: Pick<RunView, "state">): boolean {
  return state === "running";
}

/** Users a second, and the seconds that are left at that pace; null while it cannot be told. */
export function computePace(
  done: number,
  total: number,
  elapsedSeconds: number,
): { perSecond: number; secondsLeft: number } | null {
  if (done === 0 || elapsedSeconds <= 0 || total === 0) return null;
  const perSecond = done / elapsedSeconds;
  return { perSecond, secondsLeft: Math.max(0, (total - done) / perSecond) };
}
