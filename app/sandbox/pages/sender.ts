import type { IncomingHttpHeaders } from "node:http";
import { isLoopbackAddress, isLoopbackHost } from "../loopback";

/** What is known about the sender of a request. */
export interface PageSender {
  /** The form is on one of the sandbox's own pages. */
  ownForm: boolean;
  /** It comes from this machine. */
  local: boolean;
}

export function identifySender(headers: IncomingHttpHeaders, remoteAddress: string | undefined): PageSender {
  return {
    ownForm: isOwnForm(headers),
    // Checks the host name as well: an attacker's name can resolve to this machine (DNS rebinding).
    local: isLoopbackAddress(remoteAddress) && isLoopbackHost(headers.host),
  };
}

/** Browsers send the origin of a form, and pages cannot forge it. A request without it is not from a browser. */
function isOwnForm(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin" || site === "none";
  const { origin, host } = headers;
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
}
