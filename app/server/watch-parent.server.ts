import { readFileSync } from "node:fs";

const LOOK_MS = 1_000;

export type WatchedParent = {
  /** Whether npm started this process: it sets this variable for each script. */
  startedByNpm: boolean;
  /** Called once, when npm has gone and left this process behind. */
  onGone: () => void;
};

/**
 * npm 11 ends on SIGTERM without passing it on: a supervisor believes that the server has stopped, and the server keeps the
 * port. So a server that npm started ends when npm has. Between them may be a shell, which outlives npm.
 */
export function watchParent({ startedByNpm, onGone }: WatchedParent): void {
  if (!startedByNpm) return;
  const started = describeAncestors();
  const timer = setInterval(() => {
    if (describeAncestors() === started) return;
    clearInterval(timer);
    onGone();
  }, LOOK_MS);
  timer.unref();
}

/** The parent's id and, where /proc tells, the id of its parent. */
function describeAncestors(): string {
  return `${process.ppid} ${readParent(process.ppid) ?? ""}`;
}

function readParent(pid: number): string | null {
  try {
    // "pid (name) state parent …"; the name may contain spaces.
    return / \d+ /.exec(readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/s, ""))?.[0].trim() ?? null;
  } catch {
    return null;
  }
}
