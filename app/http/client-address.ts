import { isIP } from "node:net";

/**
 * The address of the caller: what the trusted proxies say or, when that is no address, that of the connection. It counts failed
 * sign-ins and stands in the log, so each caller has one: without a port, which changes with each connection, and IPv4 as such.
 */
export function readClientAddress(said: string | undefined, connected: string | undefined): string {
  return parseAddress(said ?? "") ?? parseAddress(connected ?? "") ?? "";
}

function parseAddress(text: string): string | null {
  const withoutPort = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = withoutPort.trim().toLowerCase();
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
  return isIP(plain) === 0 ? null : plain;
}
