/** Comparing a password takes a processor for a sixth of a second on purpose: so many at once leave time for everything else. */
const AT_ONCE = 2;
/** As many as can be answered within some seconds. */
const MOST_WAITING = 50;

export type PasswordTurns = ReturnType<typeof createPasswordTurns>;

/**
 * Lets few passwords be compared at a time in this process, whichever addresses they come from. Null when too many wait already. A
 * browser that has signed in before waits all the same, so that a flood keeps no member out.
 */
export function createPasswordTurns() {
  let running = 0;
  const waiting: (() => void)[] = [];

  return async <T>(isKnownBrowser: boolean, work: () => Promise<T>): Promise<T | null> => {
    if (running >= AT_ONCE) {
      if (!isKnownBrowser && waiting.length >= MOST_WAITING) return null;
      await new Promise<void>((begin) => {
        if (isKnownBrowser) waiting.unshift(begin);
        else waiting.push(begin);
      });
    } else running += 1;
    try {
      return await work();
    } finally {
      // The place goes to the next one; it is not free in between.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
