/** The sandbox's time in whole epoch seconds: the given clock, which tests and people can move. */
export interface Clock {
  now(): number;
  /** Seconds that the sandbox is ahead of the given clock. */
  readonly offset: number;
  set(epochSeconds: number): void;
  advance(seconds: number): void;
}

export interface ClockOptions {
  /** Epoch seconds; fractions are dropped. */
  source: () => number;
  offset?: number;
  /** Called when the clock was moved. */
  onMove?: () => void;
}

export function createClock({ source, offset = 0, onMove: moved }: ClockOptions): Clock {
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
