export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** The JSON text of any plain value. */
export function toJson(value: Json): string {
  if (value === null) return "null";
  return typeof value === "number" || typeof value === "boolean" ? String(value) : JSON.stringify(value);
}

/** The JSON text of an id. Ids need no escaping. */
export function toIdJson(id: string): string {
  return `"${id}"`;
}

/** The JSON text of a list object from the texts of its entries. `url` is where the list can be read. */
export function toListJson(entries: readonly string[], hasMore: boolean, url: string): string {
  let text = '{"object":"list","data":[';
  for (let i = 0; i < entries.length; i++) text += i === 0 ? entries[i] : `,${entries[i]}`;
  return `${text}],"has_more":${hasMore},"url":"${url}"}`;
}
