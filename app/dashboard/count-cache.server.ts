import type { Database, Tx } from "~/platform/client.server";
import { readSqlState } from "~/platform/errors.server";
import { sql } from "~/platform/sql.server";

/** A count that takes longer is kept, because counting again for every page would be noticed. Milliseconds. */
const SLOW_MS = 100;
const KEEP_MS = 15_000;
/** How long "takes too long" is kept. */
const KEEP_TIMEOUT_MS = 5_000;
const LIMIT_MS = 2_000;
/** Counts that run at the same time; the other database connections stay free for the pages themselves. */
const MAX_RUNNING = 3;
const MAX_KEPT = 200;

/** The SQLSTATE of a statement that was cancelled by `statement_timeout`. */
const QUERY_CANCELED = "57014";

/**
 * Planner settings for counts over all users: the indexes are in memory, so that two of them are read side by side where else a table
 * would be hashed, which takes four times as long; and what is hashed all the same stays in memory. Only a few counts run at once.
 */
const PLANNER = sql`set_config('jit', 'off', true), set_config('random_page_cost', '1.1', true),
  set_config('work_mem', '64MB', true)`;

type Count = <T>(key: string, ask: (tx: Tx) => Promise<T>) => Promise<T | null>;

/** A cache of slow counts. Quick counts are made each time. */
export type CountCache = {
  /**
   * Callers with the same key share one running count. A slow count is kept for 15 seconds. Null when the count takes
   * longer than `limitMs`.
   */
  count: Count;
  /** Call it after a change, because staff look for the change in the counts. */
  clear: () => void;
};

export function createCountCache(db: Database, { slowMs = SLOW_MS, limitMs = LIMIT_MS } = {}): CountCache {
  const answers = new Map<string, Promise<unknown>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  async function runInTurn<T>(ask: () => Promise<T>): Promise<T> {
    if (running >= MAX_RUNNING) await new Promise<void>((resolve) => waiting.push(resolve));
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
    const startedAt = performance.now();
    try {
      const answer = await db.$transaction(async (tx) => {
        await tx.$queryRaw(sql`SELECT set_config('statement_timeout', ${`${limitMs}ms`}, true), ${PLANNER}`);
        return ask(tx);
      });
      return { answer, ms: performance.now() - startedAt };
    } catch (error) {
      if (readSqlState(error) !== QUERY_CANCELED) throw error;
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
    setTimeout(drop, Number.isFinite(ms) ? KEEP_MS : KEEP_TIMEOUT_MS).unref();
    const [oldest] = answers.keys();
    if (answers.size > MAX_KEPT && oldest !== undefined) answers.delete(oldest);
  }

  return {
    count<T>(key: string, ask: (tx: Tx) => Promise<T>): Promise<T | null> {
      const known = answers.get(key);
      if (known) return known as Promise<T | null>; // one key is always used with the same kind of count
      const asked = runInTurn(() => countNow(ask)).then(
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
    clear: () => answers.clear(),
  };
}
