import type { Database, Tx } from "./client.server";
import { readSqlState } from "./errors.server";

const DEADLOCK = "40P01";
const MAX_TRIES = 5;

/**
 * Runs a transaction, and repeats it when PostgreSQL aborts it because of a deadlock: two transactions may lock the same
 * rows in different orders.
 */
export async function retryOnDeadlock<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await db.$transaction(work);
    } catch (error) {
      if (readSqlState(error) !== DEADLOCK || tried >= MAX_TRIES) throw error;
    }
  }
}
