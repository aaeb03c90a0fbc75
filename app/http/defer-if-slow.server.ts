import type { Log } from "~/platform/log.server";
import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";

/**
 * For data that a page can show later: the value if it is ready within `withinMs` milliseconds, otherwise the promise, which
 * is sent after the page. Never rejects: an error is logged and gives null. The result is wrapped in an object, because a
 * returned promise would be awaited.
 */
export async function deferIfSlow<T>(
  promise: Promise<T>,
  { log, withinMs }: { log: Pick<Log, "warn">; withinMs: number },
): Promise<{ value: T | null | Promise<T | null> }> {
  const safe = promise.catch((err: unknown) => {
    log.warn({ err }, "deferred page data failed");
    return null;
  });
  const first = await withTimeout(safe, withinMs);
  return { value: first === TIMED_OUT ? safe : first };
}
