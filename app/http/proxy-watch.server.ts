import type { IncomingHttpHeaders } from "node:http";
import type { Log } from "~/platform/log.server";

/** Where the address of a caller is read from. */
const READ = "x-forwarded-for";

/** Other headers in which proxies and hosts say whose request it is. A caller can invent each of them, so none is believed. */
const OTHERS = [
  "forwarded",
  "x-real-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "cf-connecting-ip",
  "true-client-ip",
  "fastly-client-ip",
  "fly-client-ip",
  "x-azure-clientip",
  "x-envoy-external-address",
];

/** Says once that all people seem to have one address, because a proxy is not known, or says it where nothing reads it (R260). */
export function createProxyWatch(isConfigured: boolean, log: Log): (headers: IncomingHttpHeaders) => void {
  let isSaid = false;
  return (headers) => {
    if (isSaid || (headers[READ] ? isConfigured : !OTHERS.some((name) => headers[name]))) return;
    isSaid = true;
    if (isConfigured)
      log.warn(
        "The proxy in front sends no X-Forwarded-For: all people seem to have one address, which limits their sign-ins together. Let it set that header",
      );
    else
      log.warn(
        "Requests come through a proxy, but TRUSTED_PROXIES is not set: all people seem to have one address, which limits their sign-ins together. Set it to the proxies in front",
      );
  };
}
