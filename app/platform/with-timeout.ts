/** The answer of `withTimeout` for work that took too long. */
export const TIMED_OUT = Symbol("timed out");

/**
 * The result of `work`, or `TIMED_OUT` when it takes longer than `ms`. The work itself goes on; when it fails later, its
 * error is ignored. Rejects when the work fails in time.
 */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(() => resolve(TIMED_OUT), ms);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
