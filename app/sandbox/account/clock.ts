/** The sandbox's time in whole epoch seconds: the given clock, which tests and people can move. */
export interface Clock {
  now(): number;
  /** The time of events: not that of a test clock. */
  eventTime(): number;
  /** Seconds that the sandbox is ahead of the given clock. */
  readonly offset: number;
  set(epochSeconds: number): void;
  advance(seconds: number): void;
  /** Runs a change as of another time: what is overdue happens when it was due. `objects`: but its events happen now. */
  runAt<T>(epochSeconds: number, change: () => T, what?: "everything" | "objects"): T;
  /** Calls the listener after the clock was moved. */
  onMove(listener: () => void): void;
}

export interface ClockOptions {
  /** Epoch seconds; fractions are dropped. */
  source: () => number;
  offset?: number;
}

export function createClock({ source, offset = 0 }: ClockOptions): Clock {
  const listeners: (() => void)[] = [];
  let ahead = offset;
  let held: number | undefined;
  let heldForEvents: number | undefined;
  const readNow = () => Math.floor(source()) + ahead;
  const move = (to: number) => {
    ahead = to;
    for (const listener of listeners) listener();
  };
  return {
    now: () => held ?? readNow(),
    eventTime: () => heldForEvents ?? readNow(),
    get offset() {
      return ahead;
    },
    set: (epochSeconds) => move(epochSeconds - Math.floor(source())),
    advance: (seconds) => move(ahead + seconds),
    runAt(epochSeconds, change, what = "everything") {
      const before = { held, heldForEvents };
      held = epochSeconds;
      if (what === "everything") heldForEvents = epochSeconds;
      try {
        return change();
      } finally {
        ({ held, heldForEvents } = before);
      }
    },
    onMove: (listener) => void listeners.push(listener),
  };
}
