/** The sandbox's time: the given clock, moved by tests and by hand. Whole epoch seconds. */
export interface Clock {
  now(): number;
  /** Seconds that the sandbox is ahead of the given clock. */
  readonly offset: number;
  set(epochSeconds: number): void;
  advance(seconds: number): void;
}

export function createClock(source: () => number, offset = 0): Clock {
  let ahead = offset;
  return {
    now: () => Math.floor(source()) + ahead,
    get offset() {
      return ahead;
    },
    set(epochSeconds) {
      ahead = epochSeconds - Math.floor(source());
    },
    advance(seconds) {
      ahead += seconds;
    },
  };
}
