import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "~/platform/log.server";

/**
 * What a page shows beside what it is about: the value when it is there within so many milliseconds, else the promise of
 * it, which follows the page. It never fails: what could not be had is null, and said in the log. In an object, since a
 * promise within a promise would be waited for.
 */
export async function soon<T>(
  promise: Promise<T>,
  { log, withinMs }: { log: Pick<Log, "warn">; withinMs: number },
): Promise<{ value: T | null | Promise<T | null> }> {
  const safe = promise.catch((err: unknown) => {
    log.warn({ err }, "what stands beside a page could not be had");
    return null;
  });
  const late = Symbol("late");
  const timer = new AbortController();
  const first = await Promise.race([safe, wait(withinMs, late, { signal: timer.signal }).catch(() => late)]);
  timer.abort();
  return { value: first === late ? safe : (first as T | null) };
}
