export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Writes the JSON text of one value. */
export type Write<T> = (subject: T) => string;
export type Shape<T> = { readonly [key: string]: Json | Write<T> | Shape<T> };

/**
 * Makes a writer of JSON text from the shape of an object: what is constant is turned into text once, what is a
 * function is called for each subject. Pages of a hundred big objects must not slow down what is measured against
 * the sandbox, and the shape still reads like the object.
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
        append(`${i === 0 ? "{" : ","}${JSON.stringify(key)}:`);
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

/** The JSON text of any plain value. */
export function json(value: Json): string {
  return JSON.stringify(value);
}

/** The JSON text of an object on a list's page. `url` is where the list can be read. */
export function listText(data: readonly string[], hasMore: boolean, url: string): string {
  return `{"object":"list","data":[${data.join(",")}],"has_more":${hasMore},"url":${JSON.stringify(url)}}`;
}

function isShape<T>(value: Json | Write<T> | Shape<T>): value is Shape<T> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
