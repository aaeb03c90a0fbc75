/** The sandbox's time in whole epoch seconds: the given clock, which tests and people can move. */
export interface Clock {
  now(): number;
  /** The time outside `runAt`. */
  readonly outer: number;
  /** Seconds that the sandbox is ahead of the given clock. */
  readonly offset: number;
  set(epochSeconds: number): void;
  advance(seconds: number): void;
  /** Runs a change as of another time: what is overdue happens when it was due. */
  runAt<T>(epochSeconds: number, change: () => T): T;
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
  let held: number | undefined;
  const readNow = () => Math.floor(source()) + ahead;
  const move = (to: number) => {
    ahead = to;
    moved?.();
  };
  return {
    now: () => held ?? readNow(),
    get outer() {
      return readNow();
    },
    get offset() {
      return ahead;
    },
    set: (epochSeconds) => move(epochSeconds - Math.floor(source())),
    advance: (seconds) => move(ahead + seconds),
    runAt(epochSeconds, change) {
      const before = held;
      held = epochSeconds;
      try {
        return change();
      } finally {
        held = before;
      }
    },
  };
}
