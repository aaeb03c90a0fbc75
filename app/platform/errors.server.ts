import { z } from "zod";

const driverError = z.object({ cause: z.object({ originalCode: z.string() }) });
/** Prisma wraps the error of a statement, but not that of a commit (a deferred constraint of the application). */
const wrappedError = z.object({ meta: z.object({ driverAdapterError: driverError }) });

/** The SQLSTATE of a failed statement or commit; null for anything else. */
export function readSqlState(error: unknown): string | null {
  const wrapped = wrappedError.safeParse(error);
  const parsed = driverError.safeParse(wrapped.success ? wrapped.data.meta.driverAdapterError : error);
  return parsed.success ? parsed.data.cause.originalCode : null;
}

/**
 * The SQLSTATE of an error that concerns one row and not the whole database: a lock timeout, a deadlock, a serialization
 * failure, a statement that took too long (fewer rows take less), any integrity violation, a value that a column
 * cannot hold, an exception of the application's own trigger. Null for any other error.
 */
export function findRowTrouble(error: unknown): string | null {
  const state = readSqlState(error);
  const isRows =
    state !== null &&
    (["55P03", "40P01", "40001", "57014", "0A000"].includes(state) || /^(2[23]|P0)/.test(state));
  return isRows ? state : null;
}
