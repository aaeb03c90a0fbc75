import type { Json, JsonObject } from "../objects/template";

/**
 * What an update event says about before: the top-level fields that changed, with their old values; of maps such
 * as `metadata` only the keys that changed (null for new ones). Takes and returns JSON text.
 */
export function previousAttributes(before: string, after: string): string {
  return JSON.stringify(changed(JSON.parse(before), JSON.parse(after)));
}

function changed(before: JsonObject, after: JsonObject): JsonObject {
  const previous: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = before[key] ?? null;
    const is = after[key] ?? null;
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    previous[key] = isMap(was) && isMap(is) ? changed(was, is) : was;
  }
  return previous;
}

function isMap(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
