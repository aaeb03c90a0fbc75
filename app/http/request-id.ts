import { randomUUID } from "node:crypto";

/** Of the proxy's, when it looks like an id and not like an attempt to write into our log; else a new one. */
export function readRequestId(header: string | undefined, newId: () => string = randomUUID): string {
  return header && /^[A-Za-z0-9][A-Za-z0-9._:-]{5,127}$/.test(header) ? header : newId();
}
