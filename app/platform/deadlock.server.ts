import type { Database, Tx } from "./client.server";
import { repeatAborted } from "./database/repeat-aborted.server";

/**
 * Runs a transaction, and repeats it when PostgreSQL aborts it because of another one: a deadlock (two transactions may lock
 * the same rows in different orders), or a serialization failure where the database's default isolation is stricter.
 */
export const retryOnDeadlock = <T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> =>
  repeatAborted(() => db.$transaction(work));
