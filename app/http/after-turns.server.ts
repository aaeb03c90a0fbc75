const TURN_MS = 250;

/**
 * Calls `work` after `ms` milliseconds in which this process ran. One that stands still for seconds (a loaded host, a
 * suspended machine) would otherwise give up what it has had no time to do.
 */
export function afterTurns(ms: number, work: () => void): void {
  let left = Math.ceil(ms / TURN_MS);
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    work();
  }, TURN_MS);
  timer.unref();
}
