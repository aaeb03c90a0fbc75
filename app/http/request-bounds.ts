import { isPlainText } from "~/platform/plain-text";
import type { ErrorCode } from "./errors";

/** What is checked before anything else: the router and the parsers take much longer for longer input, some quadratically. */
const MAX_PATH_LENGTH = 8_192;
const MAX_PATH_DEPTH = 12;
const MAX_QUERY_LENGTH = 8_192;
const MAX_FIELDS = 200;

/** The methods that a route can have. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

export type RefusedRequest = { code: ErrorCode; message: string; allow?: string };

/**
 * Why a request is refused before it is routed; null when it may go on. `target` is the request target as it arrived. Takes
 * linear time, and the first checks need only its length.
 */
export function findRefusal(method: string, target: string): RefusedRequest | null {
  if (!METHODS.includes(method))
    return {
      code: "wrong_method",
      message: "Parity does not support that method.",
      allow: METHODS.join(", "),
    };
  const [path = "", query = ""] = splitOnce(target, "?");
  if (path.length > MAX_PATH_LENGTH || query.length > MAX_QUERY_LENGTH)
    return { code: "address_too_long", message: "The address is too long." };
  if (!target.startsWith("/")) return refuseAddress("It must begin with a slash.");
  if (countCharacter(path, "/") > MAX_PATH_DEPTH)
    return { code: "address_too_long", message: `The address has more than ${MAX_PATH_DEPTH} parts.` };
  if (countFields(query) > MAX_FIELDS)
    return { code: "address_too_long", message: `The query has more than ${MAX_FIELDS} fields.` };
  // A router that resolves dots and backslashes could see the address of another site.
  if (/[\\#]/.test(path) || path.includes("//") || normalize(path)?.includes("//") !== false)
    return refuseAddress("It has an empty part.");
  const decoded = decode(path);
  if (decoded === null || !isPlainText(decoded)) return refuseAddress("It cannot be decoded.");
  // The data requests of an older router, which we do not use.
  if (/(^|&)_data(=|&|$)/.test(query)) return refuseAddress("_data is not used.");
  return null;
}

/** How many fields a query or an URL-encoded form has at most; counted without parsing it. */
export function countFields(encoded: string): number {
  return encoded === "" ? 0 : countCharacter(encoded, "&") + 1;
}

/** How many fields a form may have. */
export const MAX_FORM_FIELDS = MAX_FIELDS;

function refuseAddress(why: string): RefusedRequest {
  return { code: "bad_address", message: `The address is not valid. ${why}` };
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index === -1 ? [text, ""] : [text.slice(0, index), text.slice(index + 1)];
}

function countCharacter(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) count++;
  return count;
}

function normalize(path: string): string | null {
  const base = "http://parity.invalid";
  return URL.canParse(base + path) ? new URL(base + path).pathname : null;
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
