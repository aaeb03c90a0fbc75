import { createHash, timingSafeEqual } from "node:crypto";

/** The token of a header `Authorization: Bearer …`; null when there is none. */
export function readBearerToken(header: string | null): string | null {
  return /^Bearer +(\S+) *$/i.exec(header ?? "")?.[1] ?? null;
}

/** Compares two secrets in a time that does not depend on where they differ or how long they are. */
export function areSecretsEqual(given: string, expected: string): boolean {
  return timingSafeEqual(hashSecret(given), hashSecret(expected));
}

function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
