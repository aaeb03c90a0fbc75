import { z } from "zod";
import type { Database } from "~/platform/client.server";
import { listPendingMigrationsOn } from "~/platform/migrations/migrate.server";
import { queryOneOrThrow } from "~/platform/query-rows.server";
import { sql } from "~/platform/sql.server";
import { TIMED_OUT, withTimeout } from "~/platform/with-timeout";
import { createDatabaseState, type DatabaseState } from "./state.server";
import { type DatabaseTrouble, explainTrouble, formatTrouble } from "./trouble.server";

export type Readiness = { ok: true } | { ok: false; reason: string };

/** Looks at the database, on the pool that everything else uses. */
export type DatabaseMonitor = {
  /** Whether this process can work: the database answers, can be written, and its schema is not behind. A second old at most. */
  check(): Promise<Readiness>;
  /** What is wrong with the database, as a sentence for people; null when nothing is known to be. Looks as `check` does. */
  describeTrouble(): Promise<string | null>;
  /**
   * The time by the database's clock, in epoch milliseconds, as far as it is known: by that clock everything is stored and
   * decided, and this process' own may be wrong.
   */
  readClock(): number;
  close(): void;
};

export type MonitorOptions = {
  db: Database;
  state?: DatabaseState;
  /** Milliseconds, monotonic. */
  now?: () => number;
};

const FRESH_MS = 1_000;
const LOOK_MS = 2_000;
/** While something is wrong, the end of it is looked for this often. */
const WATCH_MS = 5_000;

const NO_ANSWER: Readiness = { ok: false, reason: "the database does not answer" };

const modeRow = z.object({ readOnly: z.boolean(), ms: z.number() });

class Undo extends Error {}

export function createDatabaseMonitor({
  db,
  state = createDatabaseState(),
  now = () => performance.now(),
}: MonitorOptions): DatabaseMonitor {
  let looked: { at: number; readiness: Promise<Readiness> } | null = null;
  /** What the database's clock said, and when that was by the monotonic one. */
  let clock: { ms: number; at: number } | null = null;

  async function look(): Promise<Readiness> {
    try {
      const query = sql`
        SELECT current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery() AS "readOnly",
          (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`;
      const { readOnly, ms } = await queryOneOrThrow(db, modeRow, query);
      clock = { ms, at: now() };
      if (readOnly) return fail("read_only");
      // Reading works on a full disk: only a write tells that there is room again.
      if (state.current() === "disk_full") await tryToWrite(db);
      state.set(null);
      const pending = await listPendingMigrationsOn(db);
      return pending.length === 0
        ? { ok: true }
        : { ok: false, reason: "the database's schema is behind. Run: npm run db:migrate" };
    } catch (error) {
      state.note(error);
      const trouble = state.current();
      return trouble === null ? NO_ANSWER : { ok: false, reason: formatTrouble(trouble) };
    }
  }

  function fail(trouble: DatabaseTrouble): Readiness {
    state.set(trouble);
    return { ok: false, reason: formatTrouble(trouble) };
  }

  async function lookInTime(): Promise<Readiness> {
    const readiness = await withTimeout(look(), LOOK_MS);
    return readiness === TIMED_OUT ? NO_ANSWER : readiness;
  }

  function check(): Promise<Readiness> {
    if (looked === null || now() - looked.at >= FRESH_MS) looked = { at: now(), readiness: lookInTime() };
    return looked.readiness;
  }

  // What was noted by a request must end, even when nothing asks.
  const watch = setInterval(() => {
    if (state.current() !== null) void check();
  }, WATCH_MS);
  watch.unref();

  return {
    check,
    async describeTrouble() {
      await check();
      const trouble = state.current();
      return trouble === null ? null : explainTrouble(trouble);
    },
    readClock() {
      if (clock !== null) return clock.ms + now() - clock.at;
      void check();
      return Date.now();
    },
    close: () => clearInterval(watch),
  };
}

/** Writes more than fits into the pages that a table has, and undoes it. */
async function tryToWrite(db: Database): Promise<void> {
  await db
    .$transaction(async (tx) => {
      await tx.$executeRaw`
        INSERT INTO parity."Cursor" (key, value)
        SELECT 'room', to_jsonb(string_agg(md5(random()::text), '')) FROM generate_series(1, 1000)`;
      throw new Undo();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error;
    });
}
