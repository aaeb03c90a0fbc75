import type { Database, Tx } from "./client.server";
import { sqlStateOf } from "./errors.server";

const DEADLOCK = "40P01";
const MOST_TRIES = 5;

/**
 * Runs a transaction, and again when PostgreSQL ended it to break a deadlock: two answers that speak of the same objects
 * may lock them in different orders.
 */
export async function inTransaction<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await db.$transaction(work);
    } catch (error) {
      if (sqlStateOf(error) !== DEADLOCK || tried >= MOST_TRIES) throw error;
    }
  }
}
