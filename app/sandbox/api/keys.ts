import { ApiError } from "./errors";

export interface KeyRing {
  secretKeys: readonly string[];
  restrictedKeys: readonly string[];
  /** Keys that may only use checkout and portal sessions. */
  checkoutKeys: readonly string[];
}

export interface PresentedKey {
  text: string;
  /** Everything, everything except the account, or only checkout and portal sessions. */
  may: "all" | "allButAccount" | "checkout";
}

const NO_KEY =
  "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.";

/** The key of a request, from Bearer or Basic authentication. Throws a 401 for a missing or unknown key. */
export function authenticate(authorization: string | undefined, ring: KeyRing): PresentedKey {
  const text = readKey(authorization);
  if (text === "") throw new ApiError({ status: 401, message: NO_KEY });
  if (ring.secretKeys.includes(text)) return { text, may: "all" };
  if (ring.restrictedKeys.includes(text)) return { text, may: "allButAccount" };
  if (ring.checkoutKeys.includes(text)) return { text, may: "checkout" };
  throw createInvalidKeyError(text);
}

export function createInvalidKeyError(key: string): ApiError {
  return new ApiError({ status: 401, message: `Invalid API Key provided: ${maskKey(key)}` });
}

/** The masked key, such as `sk_test_*********dbox`. */
export function maskKey(key: string): string {
  const shown = /^[a-z]+_(?:test|live)_/.exec(key)?.[0] ?? "";
  const rest = key.slice(shown.length);
  return shown + "*".repeat(Math.max(4, rest.length - 4)) + (rest.length > 4 ? rest.slice(-4) : "");
}

/** The public prefix of a key, such as `sk_test` or `rk_live`; empty for anything else. */
export function readKeyPrefix(authorization: string | undefined): string {
  return /^[a-z]+_(?:test|live)(?=_)/.exec(readKey(authorization))?.[0] ?? "";
}

function readKey(authorization: string | undefined): string {
  const [scheme = "", value = ""] = (authorization ?? "").split(" ");
  if (scheme.toLowerCase() === "bearer") return value.trim();
  if (scheme.toLowerCase() !== "basic") return "";
  return Buffer.from(value, "base64").toString("utf8").split(":")[0] ?? "";
}
