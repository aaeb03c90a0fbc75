import type { Database, Tx } from "~/platform/client.server";
import { sqlStateOf } from "~/platform/errors.server";

/** Longer than this, and an answer is kept: to count again for every page would be felt. Milliseconds. */
const SLOW_MS = 100;
const KEPT_MS = 15_000;
const GIVEN_UP_MS = 5_000;
const LIMIT_MS = 2_000;
/** So many counts at once, whoever asks: the other connections are for what people wait for. */
const AT_ONCE = 3;
const MOST_KEPT = 200;

const TIMED_OUT = "57014";

type Count = <T>(key: string, ask: (tx: Tx) => Promise<T>) => Promise<T | null>;

/**
 * Counts that stand beside what a page is about. Whoever asks the same while it is being counted gets the same answer; one
 * that took long is given for 15 seconds more; null when it takes longer than `limitMs`, and then too for a while. What is
 * quick to count is counted each time.
 */
export type Counting = {
  count: Count;
  /** After something was changed here: what was kept is out of date, and somebody looks for the change. */
  forget: () => void;
};

export function createCounting(db: Database, { slowMs = SLOW_MS, limitMs = LIMIT_MS } = {}): Counting {
  const answers = new Map<string, Promise<unknown>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  async function inTurn<T>(ask: () => Promise<T>): Promise<T> {
    if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await ask();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  }

  async function countNow<T>(ask: (tx: Tx) => Promise<T>): Promise<{ answer: T | null; ms: number }> {
    const began = performance.now();
    try {
      const answer = await db.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT set_config('statement_timeout', ${`${limitMs}ms`}, true), set_config('jit', 'off', true)`;
        return ask(tx);
      });
      return { answer, ms: performance.now() - began };
    } catch (error) {
      if (sqlStateOf(error) !== TIMED_OUT) throw error;
      return { answer: null, ms: Number.POSITIVE_INFINITY };
    }
  }

  function keep(key: string, asked: Promise<unknown>, ms: number): void {
    const drop = () => {
      if (answers.get(key) === asked) answers.delete(key);
    };
    if (ms < slowMs) {
      drop();
      return;
    }
    setTimeout(drop, Number.isFinite(ms) ? KEPT_MS : GIVEN_UP_MS).unref();
    const [oldest] = answers.keys();
    if (answers.size > MOST_KEPT && oldest !== undefined) answers.delete(oldest);
  }

  return {
    count<T>(key: string, ask: (tx: Tx) => Promise<T>): Promise<T | null> {
      const known = answers.get(key);
      if (known) return known as Promise<T | null>;
      const asked = inTurn(() => countNow(ask)).then(
        ({ answer, ms }) => {
          keep(key, asked, ms);
          return answer;
        },
        (error: unknown) => {
          keep(key, asked, -1);
          throw error;
        },
      );
      answers.set(key, asked);
      return asked;
    },
    forget: () => answers.clear(),
  };
}
