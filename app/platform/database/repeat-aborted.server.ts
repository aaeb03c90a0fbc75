import { PrismaPg } from "@prisma/adapter-pg";
import { readSqlState } from "~/platform/errors.server";

/** A deadlock, and a transaction that could not be serialized with another one. */
const PASSING = new Set(["40P01", "40001"]);
const MAX_TRIES = 5;

/** Repeats work that leaves nothing behind when PostgreSQL aborts it because of another transaction; five times at most. */
export async function repeatAborted<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (!PASSING.has(readSqlState(error) ?? "") || tried >= MAX_TRIES) throw error;
    }
  }
}

/**
 * Prisma's adapter, which repeats each statement of its own transaction that PostgreSQL aborts because of another one.
 * A statement inside a longer transaction is not repeated: all before it is lost with it.
 */
export class RepeatingPg extends PrismaPg {
  override async connect() {
    const adapter = await super.connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    const executeRaw = adapter.executeRaw.bind(adapter);
    adapter.queryRaw = (query) => repeatAborted(() => queryRaw(query));
    adapter.executeRaw = (query) => repeatAborted(() => executeRaw(query));
    return adapter;
  }
}
