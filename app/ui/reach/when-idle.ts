/** A page that is always busy is not kept for ever. Milliseconds. */
const MOST_WAIT_MS = 1_000;

/** Safari has no `requestIdleCallback`. */
export function whenIdle(work: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(work, { timeout: MOST_WAIT_MS });
  else setTimeout(work, MOST_WAIT_MS);
}
