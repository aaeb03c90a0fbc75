import type { Log } from "~/platform/log.server";
import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";

/** Milliseconds. Remix ends the stream of a page after five seconds, and its error would stand in the reader's console. */
const LATEST_MS = 4_000;

/**
 * For data that a page can show later: the value if it is ready within `withinMs` milliseconds, otherwise the promise, which
 * is sent after the page. Never rejects: an error is logged and gives null, and so does data that comes too late. The result is wrapped in an object, because a
 * returned promise would be awaited.
 */
export async function deferIfSlow<T>(
  promise: Promise<T>,
  { log, withinMs }: { log: Pick<Log, "warn">; withinMs: number },
): Promise<{ value: T | null | Promise<T | null> }> {
  const giveUp = (err: unknown) => {
    log.warn({ err }, "deferred page data failed");
    return null;
  };
  const safe = promise.catch(giveUp);
  const first = await withTimeout(safe, withinMs);
  if (first !== TIMED_OUT) return { value: first };
  const following = withTimeout(safe, LATEST_MS).then((value) =>
    value === TIMED_OUT ? giveUp(new Error(`It was not there ${LATEST_MS / 1000} s after the page`)) : value,
  );
  return { value: following };
}
