/** Keeps the process running until the work is done. */
export type WaitUntil = (work: Promise<unknown>) => void;

const VERCEL = Symbol.for("@vercel/request-context");

/**
 * What the host offers to the request that is being answered: on Vercel what `waitUntil` of the package @vercel/functions is.
 * Elsewhere nothing: the process lives on, or the adapter waits for `settled`.
 */
export function findWaitUntil(): WaitUntil | null {
  const reader: unknown = Reflect.get(globalThis, VERCEL);
  if (!hasFunction(reader, "get")) return null;
  const context: unknown = reader.get();
  if (!hasFunction(context, "waitUntil")) return null;
  return (work) => void context.waitUntil(work);
}

function hasFunction<Name extends string>(
  value: unknown,
  name: Name,
): value is Record<Name, (...given: unknown[]) => unknown> {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, name) === "function";
}
