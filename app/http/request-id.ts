import { randomUUID } from "node:crypto";

/** The request id of the proxy, or a new one when it does not look like an id: it is written to the log. */
export function readRequestId(header: string | undefined, newId: () => string = randomUUID): string {
  return header && /^[A-Za-z0-9][A-Za-z0-9._:-]{5,127}$/.test(header) ? header : newId();
}
