const NAMES = new Set(["127.0.0.1", "[::1]", "localhost"]);
const ADDRESSES = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

/** Whether the address of a socket is this machine. */
export function isLoopbackAddress(address: string | undefined): boolean {
  return ADDRESSES.has(address ?? "");
}

/** Whether a `Host` header names this machine, with a name that no other site can use. */
export function isLoopbackHost(host: string | undefined): boolean {
  return NAMES.has((host ?? "").replace(/:\d+$/, ""));
}

/** Whether an http or https address is on this machine or on one of the allowed hosts (names without a port). */
export function isAllowedUrl(url: string, allowedHosts: readonly string[]): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  const isOwn = NAMES.has(hostname) || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  return /^https?:$/.test(protocol) && (isOwn || allowedHosts.includes(hostname));
}
