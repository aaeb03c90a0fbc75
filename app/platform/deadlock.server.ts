import type { Database, Tx } from "./client.server";
import { readSqlState } from "./errors.server";

/** A deadlock, and a transaction that could not be serialized with another one. */
const PASSING = new Set(["40P01", "40001"]);
const MAX_TRIES = 5;

/**
 * Runs a transaction, and repeats it when PostgreSQL aborts it because of another one: a deadlock (two transactions may lock
 * the same rows in different orders), or a serialization failure where the database's default isolation is stricter.
 */
export async function retryOnDeadlock<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await db.$transaction(work);
    } catch (error) {
      if (!PASSING.has(readSqlState(error) ?? "") || tried >= MAX_TRIES) throw error;
    }
  }
}
