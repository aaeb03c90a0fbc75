import { createLog, type Log, type LogOptions } from "~/platform/log.server";
import { type DatabaseTrouble, explainTrouble, findDatabaseTrouble } from "./trouble.server";

/** What this process knows of its database: fed by every error that is logged, and by the monitor's looks. */
export type DatabaseState = {
  /** Takes an error in; whether it is one of the database as a whole. */
  note(error: unknown): boolean;
  /** The monitor has looked: what is wrong; null: nothing. */
  set(trouble: DatabaseTrouble | null, detail?: string): void;
  /** What is wrong with the database; null: nothing that is known. */
  current(): DatabaseTrouble | null;
};

/** The log of a process, and with it what the process knows of its database: a trouble is one line, however many requests meet it. */
export function createProcessLog(options: LogOptions): { log: Log; databaseState: DatabaseState } {
  let log: Log | null = null;
  const databaseState = createDatabaseState({ log: () => log });
  log = createLog({ ...options, isReported: databaseState.note });
  return { log, databaseState };
}

export type StateOptions = {
  /** Each change is one line of this log. */
  log?: () => Pick<Log, "error" | "info"> | null;
  /** Milliseconds, monotonic. */
  now?: () => number;
};

export function createDatabaseState({
  log = () => null,
  now = () => performance.now(),
}: StateOptions = {}): DatabaseState {
  let trouble: DatabaseTrouble | null = null;
  let since = 0;

  function set(next: DatabaseTrouble | null, detail?: string): void {
    if (next === trouble) return;
    const seconds = Math.round((now() - since) / 1000);
    if (next !== null) {
      log()?.error({ trouble: next, meaning: explainTrouble(next), detail }, "database trouble");
      if (trouble === null) since = now();
    } else log()?.info({ trouble, seconds }, "database available again");
    trouble = next;
  }

  return {
    note(error) {
      const found = findDatabaseTrouble(error);
      if (found === null) return false;
      set(found, error instanceof Error ? error.message : undefined);
      return true;
    },
    set,
    current: () => trouble,
  };
}
