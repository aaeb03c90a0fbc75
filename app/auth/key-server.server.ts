import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from "jose";

/** Error codes of jose for a key server that does not answer, or not with keys. */
const FAILURES = new Set(["ERR_JWKS_TIMEOUT", "ERR_JOSE_GENERIC", "ERR_JWKS_INVALID"]);
/** After a failure the key server is not asked again for this long, whatever tokens arrive. Milliseconds. */
const COOL_DOWN_MS = 15_000;
const TIMEOUT_MS = 5_000;
/** Hundreds of keys. What is larger is no key server's answer, and would be held in memory. */
const MAX_BYTES = 262_144;

/** Whether the key server could not be asked; any other error is the token's. */
export const isKeyServerFailure = (error: unknown): boolean =>
  !(error instanceof errors.JOSEError) || FAILURES.has(error.code);

/** The same answer, read up to the limit. Throws when it is larger. The timeout of the request covers its body, too. */
async function readWithinLimit(response: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > MAX_BYTES) throw new Error(`The key server's answer is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status: response.status, headers: response.headers });
}

/**
 * The keys of WORKSPACE_JWKS_URL. Tokens with unknown key ids make it ask again at most every 30 seconds, and a failure at
 * most every 15. While it fails, the keys that it gave last still count, so that no customer is locked out by it.
 */
export function createKeyServer(url: URL, now: () => number): JWTVerifyGetKey {
  let failedAt = Number.NEGATIVE_INFINITY;
  const fetchWithCoolDown: FetchImplementation = async (...request) => {
    if (now() - failedAt < COOL_DOWN_MS) throw new Error("The key server failed a moment ago");
    const response = await fetch(...request).catch((error: unknown) => {
      failedAt = now();
      throw error;
    });
    if (response.status !== 200) {
      failedAt = now();
      return response;
    }
    return readWithinLimit(response);
  };
  const remote = createRemoteJWKSet(url, { timeoutDuration: TIMEOUT_MS, [customFetch]: fetchWithCoolDown });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      const known = remote.jwks();
      if (!isKeyServerFailure(error)) throw error;
      if (now() - failedAt >= COOL_DOWN_MS) failedAt = now();
      if (!known) throw error;
      // An unknown key may be a new one, which nothing can be said about now.
      return createLocalJWKSet(known)(header, token).catch(() => {
        throw error;
      });
    }
  };
}
