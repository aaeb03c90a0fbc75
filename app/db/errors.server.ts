import { z } from "zod";

const driverError = z.object({
  meta: z.object({
    driverAdapterError: z.object({ cause: z.object({ originalCode: z.string() }) }),
  }),
});

/** The SQLSTATE of a failed statement; null for anything else. */
export function sqlStateOf(error: unknown): string | null {
  const parsed = driverError.safeParse(error);
  return parsed.success ? parsed.data.meta.driverAdapterError.cause.originalCode : null;
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
