import type { Json, JsonObject } from "../json";

/**
 * The `previous_attributes` of an update event: the changed top-level fields with their old values. Maps such as
 * `metadata` contain only the changed keys (null for new ones). Takes and returns JSON text.
 */
export function findPreviousAttributes(before: string, after: string): string {
  return JSON.stringify(diff(JSON.parse(before), JSON.parse(after)));
}

function diff(before: JsonObject, after: JsonObject): JsonObject {
  const previous: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = before[key] ?? null;
    const is = after[key] ?? null;
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    previous[key] = isMap(was) && isMap(is) ? diff(was, is) : was;
  }
  return previous;
}

function isMap(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
