import type { Json, JsonObject } from "../../json";

/** Whether a value is a JSON object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of member names; undefined when there is none. */
export function readAt(value: Json | undefined, ...path: string[]): Json | undefined {
  let found = value;
  for (const name of path) found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  return found;
}

/** The id of an object that is given as its id or expanded. */
export function readId(value: Json | undefined): string | null {
  const id = isObject(value) ? value.id : value;
  return typeof id === "string" ? id : null;
}

/** The object without these members. */
export function omit(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** The JSON text as a value. */
export function parseJson(text: string): Json {
  return JSON.parse(text);
}
