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

/** Lock not got, deadlock, serialization, and all integrity violations: one row's trouble, not the database's. Its SQLSTATE, or null. */
export function rowTroubleOf(error: unknown): string | null {
  const state = sqlStateOf(error);
  const isRows =
    state !== null && (state === "55P03" || state === "40P01" || state === "40001" || state.startsWith("23"));
  return isRows ? state : null;
}
