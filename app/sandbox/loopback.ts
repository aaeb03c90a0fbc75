const NAMES = new Set(["127.0.0.1", "[::1]", "localhost"]);
const ADDRESSES = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

/** Whether an address (as a socket has it) is this machine's own. */
export function isLoopbackAddress(address: string | undefined): boolean {
  return ADDRESSES.has(address ?? "");
}

/** Whether a `Host` header asks for this machine by a name that cannot be made to point elsewhere. */
export function isLoopbackHost(host: string | undefined): boolean {
  return NAMES.has((host ?? "").replace(/:\d+$/, ""));
}

/** Whether an http or https address leads to this machine. */
export function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && NAMES.has(hostname);
}
