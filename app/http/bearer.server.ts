import { createHash, timingSafeEqual } from "node:crypto";

/** The token of `Authorization: Bearer …`; null when there is none. */
export function readBearerToken(request: Request): string | null {
  return /^Bearer +(\S+) *$/i.exec(request.headers.get("Authorization") ?? "")?.[1] ?? null;
}

/** Whether two secrets are equal, in a time that tells nothing about where they differ, nor about their lengths. */
export function areSecretsEqual(given: string, expected: string): boolean {
  return timingSafeEqual(hashSecret(given), hashSecret(expected));
}

function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
