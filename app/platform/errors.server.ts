import { z } from "zod";

const driverError = z.object({ cause: z.object({ originalCode: z.string() }) });
/** As Prisma wraps the error of a statement; that of a commit (a deferred constraint of the application's) comes bare. */
const wrappedError = z.object({ meta: z.object({ driverAdapterError: driverError }) });

/** The SQLSTATE of a failed statement or commit; null for anything else. */
export function sqlStateOf(error: unknown): string | null {
  const wrapped = wrappedError.safeParse(error);
  const parsed = driverError.safeParse(wrapped.success ? wrapped.data.meta.driverAdapterError : error);
  return parsed.success ? parsed.data.cause.originalCode : null;
}

/**
 * Lock not got, deadlock, serialization, all integrity violations, and values that a column cannot hold: one row's
 * trouble, not the database's. Its SQLSTATE, or null.
 */
export function rowTroubleOf(error: unknown): string | null {
  const state = sqlStateOf(error);
  const isRows = state !== null && (["55P03", "40P01", "40001"].includes(state) || /^2[23]/.test(state));
  return isRows ? state : null;
}
