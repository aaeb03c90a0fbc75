/** The answer of `withTimeout` for work that took too long. */
export const TIMED_OUT = Symbol("timed out");

const TURN_MS = 250;

/**
 * Calls `work` after `ms` milliseconds in which this process ran. One that stands still for seconds (a loaded host, a
 * suspended machine) would otherwise give up what it has had no time to do: timers that are due come before answers that
 * arrived meanwhile.
 */
export function afterTurns(ms: number, work: () => void): NodeJS.Timeout {
  let left = Math.max(1, Math.ceil(ms / TURN_MS));
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    // The answers that came while it stood still.
    setImmediate(work);
  }, ms / left);
  return timer;
}

/**
 * The result of `work`, or `TIMED_OUT` when it takes longer than `ms` in which this process ran. The work itself goes on; when
 * it fails later, its error is ignored. Rejects when the work fails in time.
 */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = afterTurns(ms, () => resolve(TIMED_OUT));
  });
  return Promise.race([work, timeout]).finally(() => clearInterval(timer));
}
