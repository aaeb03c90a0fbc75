/** Older counts may say something that is no longer true. */
const KEEP_MS = 60_000;

/** Counts, and remembers for a minute what was counted last. */
export function rememberLast<T>(
  ask: () => Promise<T | null>,
  now: () => number = () => performance.now(),
): { count: () => Promise<T | null>; read: () => T | null } {
  let last: { at: number; value: T } | null = null;
  return {
    async count() {
      const value = await ask();
      if (value !== null) last = { at: now(), value };
      return value;
    },
    read: () => (last !== null && now() - last.at < KEEP_MS ? last.value : null),
  };
}
