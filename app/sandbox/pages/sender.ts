import type { IncomingHttpHeaders } from "node:http";

const LOOPBACK_NAMES = new Set(["127.0.0.1", "[::1]", "localhost"]);
const LOOPBACK_ADDRESSES = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

/**
 * Whether a request that changes something comes from one of our own pages. Browsers say where a form stands, and no
 * page can forge that; what says nothing is no browser, and nothing here is let in by a cookie.
 */
export function isOwnForm(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin" || site === "none";
  const { origin, host } = headers;
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
}

/** Whether it comes from this machine, and asks for it by such a name: another name may be made to point here. */
export function isLocal(headers: IncomingHttpHeaders, remoteAddress: string | undefined): boolean {
  const name = (headers.host ?? "").replace(/:\d+$/, "");
  return LOOPBACK_ADDRESSES.has(remoteAddress ?? "") && LOOPBACK_NAMES.has(name);
}

/** Whether an address leads to this machine. */
export function isLocalUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && LOOPBACK_NAMES.has(hostname);
}
