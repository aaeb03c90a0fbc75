import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeJwt, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { Provider } from "oidc-provider";
import type { Person } from "./identity-provider";

export const CLIENT = { clientId: "parity-client", clientSecret: "client-secret-of-the-test" };

/**
 * A certified OpenID Connect provider (package `oidc-provider`), which signs in `person` without asking. By default it sends
 * the address only from its userinfo endpoint, as the specification has it; many others put it into the ID token.
 */
export async function startRealProvider(redirectUri: string, { claimsInToken = false } = {}) {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: "k1", alg: "RS256", use: "sig" };
  const people = new Map<string, Person>();
  let person: Person | null = null;
  let changeToken: ((claims: JWTPayload) => JWTPayload) | null = null;

  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: Provider = new Provider(issuer, {
    clients: [CLIENT.clientId, "other-client"].map((clientId) => ({
      client_id: clientId,
      client_secret: CLIENT.clientSecret,
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: "client_secret_post",
    })),
    jwks: { keys: [key] },
    cookies: { keys: ["cookie-key-of-the-test"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: !claimsInToken,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, id) => {
      const found = people.get(id);
      return found && { accountId: id, claims: () => ({ ...found }) };
    },
    // Nothing is asked: the application belongs to the company.
    loadExistingGrant: async ({ oidc }) => {
      const { client, session } = oidc;
      if (!client || !session?.accountId) return undefined;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
  });
  provider.use(async (context, next) => {
    await next();
    const { body } = context;
    if (context.path !== "/token" || !changeToken || !isTokenAnswer(body)) return;
    const changed = new SignJWT(changeToken(decodeJwt(body.id_token)));
    const idToken = await changed.setProtectedHeader({ alg: "RS256", kid: "k1" }).sign(privateKey);
    context.body = { ...body, id_token: idToken };
  });
  const answer = provider.callback();
  server.on("request", (request, response) => {
    if (request.url?.startsWith("/interaction/") && person) {
      const login = { accountId: person.sub };
      provider.interactionFinished(request, response, { login }).catch((error: Error) => {
        response.statusCode = 500;
        response.end(error.message);
      });
    } else answer(request, response);
  });

  return {
    issuer,
    /** Sets the person that signs in next, and what is changed in the token, which the provider's own key then signs. */
    next: (who: Person, change: ((claims: JWTPayload) => JWTPayload) | null = null) => {
      people.set(who.sub, who);
      person = who;
      changeToken = change;
    },
    /** What a new browser does that is sent to `address`; where the provider sends it back to, null if nowhere. */
    visit: async (address: string): Promise<URL | null> => {
      const cookies = new Map<string, string>();
      let at = address;
      while (at.startsWith(issuer)) {
        const headers = { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
        const response = await fetch(at, { headers, redirect: "manual" });
        for (const line of response.headers.getSetCookie()) {
          const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
          cookies.set(name, value);
        }
        const location = response.headers.get("Location");
        if (location === null) return null;
        at = new URL(location, at).href;
      }
      return new URL(at);
    },
    stop: () => new Promise((stopped) => server.close(stopped)),
  };
}

function isTokenAnswer(body: unknown): body is { id_token: string } {
  return typeof body === "object" && body !== null && "id_token" in body && typeof body.id_token === "string";
}
