import { z } from "zod";
import { maskText } from "./mask.server";

const driverError = z.object({
  cause: z.object({ originalCode: z.string(), originalMessage: z.string().optional() }),
});
/** Prisma wraps the error of a statement, but not that of a commit (a deferred constraint of the application). */
const wrappedError = z.object({ meta: z.object({ driverAdapterError: driverError }) });

function readDriverError(error: unknown): { state: string; message: string } | null {
  const wrapped = wrappedError.safeParse(error);
  const parsed = driverError.safeParse(wrapped.success ? wrapped.data.meta.driverAdapterError : error);
  if (!parsed.success) return null;
  const { originalCode, originalMessage = "" } = parsed.data.cause;
  return { state: originalCode, message: originalMessage };
}

/** The SQLSTATE of a failed statement or commit; null for anything else. */
export const readSqlState = (error: unknown): string | null => readDriverError(error)?.state ?? null;

/** What went wrong, for a person: of a failed statement what PostgreSQL says, not the words that Prisma puts around it. */
export function readErrorText(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const said = readDriverError(first)?.message;
  if (said) return said;
  return first instanceof Error ? first.message || first.name : String(first);
}

export type RowTrouble = {
  state: string;
  /** What PostgreSQL, or a trigger of the application's, says: the table and the column, and no name of a person. */
  message: string;
};

const MOST_CHARACTERS = 300;

/**
 * An error that concerns one row and not the whole database: a lock timeout, a deadlock, a serialization
 * failure, a statement that took too long (fewer rows take less), any integrity violation, a value that a column
 * cannot hold, an exception of the application's own trigger. Null for any other error.
 */
export function findRowTrouble(error: unknown): RowTrouble | null {
  const found = readDriverError(error);
  if (found === null) return null;
  const { state, message } = found;
  const isRows = ["55P03", "40P01", "40001", "57014", "0A000"].includes(state) || /^(2[23]|P0)/.test(state);
  return isRows ? { state, message: maskText(message).slice(0, MOST_CHARACTERS) } : null;
}
