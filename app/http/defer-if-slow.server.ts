import type { Log } from "~/platform/log.server";
import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";

/**
 * What a page shows beside what it is about: the value when it is there within so many milliseconds, else the promise of
 * it, which follows the page. It never fails: what could not be had is null, and said in the log. In an object, since a
 * promise within a promise would be waited for.
 */
export async function deferIfSlow<T>(
  promise: Promise<T>,
  { log, withinMs }: { log: Pick<Log, "warn">; withinMs: number },
): Promise<{ value: T | null | Promise<T | null> }> {
  const safe = promise.catch((err: unknown) => {
    log.warn({ err }, "what stands beside a page could not be had");
    return null;
  });
  const first = await withTimeout(safe, withinMs);
  return { value: first === TIMED_OUT ? safe : first };
}
