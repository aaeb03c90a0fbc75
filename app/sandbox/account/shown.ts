import type { Json, JsonObject } from "../json";

/** The fields that an object only shows, after a change: given ones replace, others stay. The same object when none is given. */
export function keepShown<K extends string>(
  before: JsonObject | null,
  given: Readonly<Partial<Record<K, Json>>>,
  names: readonly K[],
): JsonObject | null {
  const changed = names.flatMap((name): [K, Json][] => {
    const value = given[name];
    return value === undefined ? [] : [[name, value]];
  });
  return changed.length === 0 ? before : { ...before, ...Object.fromEntries(changed) };
}
