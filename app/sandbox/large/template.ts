import type { Json } from "../json";
import { TextCache } from "./text-cache";

/** Returns the JSON text of one value. */
export type Serialize<T> = (subject: T) => string;
export type Shape<T> = { readonly [key: string]: Json | Serialize<T> | Shape<T> };

/**
 * Makes a serializer from the shape of an object. Constant parts become text once; functions are called for each
 * subject. This keeps pages of a hundred large objects cheap, so that the sandbox is not what a benchmark measures. A
 * key that begins with `...` stands for several members: its function returns their text without braces.
 */
export function template<T>(shape: Shape<T>): Serialize<T> {
  const constants: string[] = [""];
  const serializers: Serialize<T>[] = [];
  const append = (text: string) => constants.push((constants.pop() ?? "") + text);
  const walk = (value: Json | Serialize<T> | Shape<T>): void => {
    if (typeof value === "function") {
      serializers.push(value);
      constants.push("");
    } else if (isShape(value)) {
      Object.entries(value).forEach(([key, child], i) => {
        append(i === 0 ? "{" : ",");
        if (!key.startsWith("...")) append(`${JSON.stringify(key)}:`);
        walk(child);
      });
      append(Object.keys(value).length === 0 ? "{}" : "}");
    } else {
      append(JSON.stringify(value));
    }
  };
  walk(shape);
  const [first = "", ...rest] = constants;
  return (subject) => {
    let text = first;
    for (let i = 0; i < serializers.length; i++) text += (serializers[i]?.(subject) ?? "") + rest[i];
    return text;
  };
}

/**
 * Makes a serializer for a `...` key: the members of an object that many subjects share. The text is kept as long as the
 * object exists.
 */
export function members<T, O extends object>(select: (subject: T) => O, shape: Shape<O>): Serialize<T> {
  const serialize = template(shape);
  const cache = new TextCache<O>((object) => serialize(object).slice(1, -1));
  return (subject) => cache.get(select(subject));
}

function isShape<T>(value: Json | Serialize<T> | Shape<T>): value is Shape<T> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
