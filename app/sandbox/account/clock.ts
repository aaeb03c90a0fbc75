/** The sandbox's time: the given clock, moved by tests and by hand. Whole epoch seconds. */
export interface Clock {
  now(): number;
  /** Seconds that the sandbox is ahead of the given clock. */
  readonly offset: number;
  set(epochSeconds: number): void;
  advance(seconds: number): void;
}

export interface ClockParts {
  /** Epoch seconds; fractions are dropped. */
  source: () => number;
  offset?: number;
  /** Told when the clock was moved. */
  moved?: () => void;
}

export function createClock({ source, offset = 0, moved }: ClockParts): Clock {
  let ahead = offset;
  const move = (to: number) => {
    ahead = to;
    moved?.();
  };
  return {
    now: () => Math.floor(source()) + ahead,
    get offset() {
      return ahead;
    },
    set: (epochSeconds) => move(epochSeconds - Math.floor(source())),
    advance: (seconds) => move(ahead + seconds),
  };
}
