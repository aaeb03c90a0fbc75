export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Writes the JSON text of one value. */
export type Write<T> = (subject: T) => string;
export type Shape<T> = { readonly [key: string]: Json | Write<T> | Shape<T> };

/**
 * Makes a writer of JSON text from the shape of an object: what is constant is turned into text once, what is a
 * function is called for each subject. Pages of a hundred big objects must not slow down what is measured against
 * the sandbox, and the shape still reads like the object. A key that begins with `...` stands for several members, whose text (without braces)
 * its function writes.
 */
export function template<T>(shape: Shape<T>): Write<T> {
  const constants: string[] = [""];
  const writers: Write<T>[] = [];
  const append = (text: string) => constants.push((constants.pop() ?? "") + text);
  const walk = (value: Json | Write<T> | Shape<T>): void => {
    if (typeof value === "function") {
      writers.push(value);
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
  const [first = "", ...after] = constants;
  return (subject) => {
    let text = first;
    for (let i = 0; i < writers.length; i++) text += (writers[i]?.(subject) ?? "") + after[i];
    return text;
  };
}

/**
 * Writes the members of an object, for a `...` key. The text is kept for as long as the object exists: many
 * subjects share the object in which all that few of them have is at its default.
 */
export function members<T, O extends object>(of: (subject: T) => O, shape: Shape<O>): Write<T> {
  const write = template(shape);
  const kept = new WeakMap<O, string>();
  return (subject) => {
    const object = of(subject);
    let text = kept.get(object);
    if (text === undefined) {
      text = write(object).slice(1, -1);
      kept.set(object, text);
    }
    return text;
  };
}

/** The JSON text of any plain value. */
export function json(value: Json): string {
  if (value === null) return "null";
  return typeof value === "number" || typeof value === "boolean" ? String(value) : JSON.stringify(value);
}

/** The JSON text of an id: nothing in one needs escaping. */
export function idText(id: string): string {
  return `"${id}"`;
}

/** The JSON text of a list object. `url` is where the list can be read. */
export function listText(data: readonly string[], hasMore: boolean, url: string): string {
  let text = '{"object":"list","data":[';
  for (let i = 0; i < data.length; i++) text += i === 0 ? data[i] : `,${data[i]}`;
  return `${text}],"has_more":${hasMore},"url":"${url}"}`;
}

function isShape<T>(value: Json | Write<T> | Shape<T>): value is Shape<T> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
