import type { IncomingHttpHeaders } from "node:http";
import { isLoopbackAddress, isLoopbackHost } from "../loopback";

/** What is known of who sends a request. */
export interface PageSender {
  /** What it sends stands on one of our own pages. */
  ownForm: boolean;
  /** It comes from this machine. */
  local: boolean;
}

export function senderOf(headers: IncomingHttpHeaders, remoteAddress: string | undefined): PageSender {
  return {
    ownForm: isOwnForm(headers),
    // By name too: somebody else's name can be made to point here.
    local: isLoopbackAddress(remoteAddress) && isLoopbackHost(headers.host),
  };
}

/** Browsers say where a form stands, and no page can forge it. What says nothing is no browser, and no cookie lets in. */
function isOwnForm(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin" || site === "none";
  const { origin, host } = headers;
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
}
