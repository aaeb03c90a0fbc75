import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

export type Person = { sub: string; email: string; email_verified: boolean; name?: string };

/** An OpenID Connect provider for tests: discovery, keys, and a token for any code. */
export async function startIdentityProvider() {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "RS256", use: "sig" };
  let person: Person = { sub: "p1", email: "unknown@example.com", email_verified: true };
  let nonce: string | null = null;
  let audience = "parity-client";
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", issuer).pathname;
    const answers: Record<string, () => unknown> = {
      "/.well-known/openid-configuration": () => ({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        id_token_signing_alg_values_supported: ["RS256"],
      }),
      "/jwks": () => ({ keys: [jwk] }),
      "/token": async () => ({
        access_token: "access-token-of-the-provider",
        token_type: "Bearer",
        expires_in: 300,
        id_token: await new SignJWT({ ...person, ...(nonce && { nonce }) })
          .setProtectedHeader({ alg: "RS256", kid: "k1" })
          .setIssuer(issuer)
          .setAudience(audience)
          .setIssuedAt()
          .setExpirationTime("5m")
          .sign(privateKey),
      }),
    };
    const answer = answers[path];
    response.writeHead(answer ? 200 : 404, { "Content-Type": "application/json" });
    response.end(JSON.stringify(answer ? await answer() : {}));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    /** Sets the person that signs in next, and the application that the token is for. */
    next: (who: Person, options: { nonce: string | null; audience?: string }) => {
      person = who;
      nonce = options.nonce;
      audience = options.audience ?? "parity-client";
    },
    stop: () => new Promise((stopped) => server.close(stopped)),
  };
}
