import { hkdfSync } from "node:crypto";
import { createCookie } from "@remix-run/node";
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { Environment } from "~/platform/env.server";

/** A customer who is let in: `userId` is `User.id`. */
export type CustomerCaller = { userId: string; by: "token" | "session" };

export type CustomerIdentity =
  | { ok: true; customer: CustomerCaller }
  | { ok: false; reason: "missing" | TokenFailure };

/** `unavailable`: the keys of WORKSPACE_JWKS_URL could not be fetched, so that nobody can be told apart. */
export type TokenFailure = "not_configured" | "unavailable" | "invalid";

export type TokenReading = { ok: true; userId: string } | { ok: false; reason: TokenFailure };

export type CustomerAuth = {
  /** Who sends the request: by the application's bearer token, else by our own session cookie. */
  identify: (request: Request) => Promise<CustomerIdentity>;
  /** Checks a token of the application, as it is posted at the hand-over. */
  readToken: (token: string) => Promise<TokenReading>;
  /** The user of our own session; null when there is none, or it has run out. */
  session: (request: Request) => Promise<string | null>;
  /** `Set-Cookie` for a session of 12 hours. */
  startSession: (userId: string) => Promise<string>;
  /** `Set-Cookie` that ends the session. */
  endSession: () => Promise<string>;
  /** Signs a token as the application would, good for a minute. Null outside of the demo, where there is one. */
  demoToken: ((userId: string) => Promise<string>) | null;
};

export type CustomerAuthOptions = {
  environment: Pick<Environment, "mode" | "appSecret" | "appUrl" | "customerTokens">;
  /** Now, in epoch milliseconds. */
  now: () => number;
};

const sessionSeconds = 12 * 60 * 60;
const clockSkewSeconds = 30;
const demoTokenSeconds = 60;
/** Marks our own sessions, beside a key of their own, so that no other token can be taken for one. */
const sessionKind = { typ: "parity-session+jwt", audience: "parity:workspace" };

/** How jose says that a key server did not answer, answered with another status, or with something else than keys. */
const keyServerFailures = new Set(["ERR_JWKS_TIMEOUT", "ERR_JOSE_GENERIC", "ERR_JWKS_INVALID"]);

const subject = z.string().min(1).max(255);

/** Recognises customers. They belong to the customer-facing application; we only verify what it says. */
export function createCustomerAuth({ environment, now }: CustomerAuthOptions): CustomerAuth {
  const { mode, appSecret, appUrl, customerTokens } = environment;
  const sessionKey = new Uint8Array(hkdfSync("sha256", appSecret, "", "parity customer session v1", 32));
  const secure = appUrl.startsWith("https:");
  // With the prefix, the browser rejects a cookie that another subdomain tries to set.
  const cookie = createCookie(secure ? "__Host-parity_workspace" : "parity_workspace", {
    path: "/",
    maxAge: sessionSeconds,
    httpOnly: true,
    sameSite: "lax",
    secure,
  });
  const verifyToken = customerTokens ? createTokenVerifier(customerTokens, now) : null;

  const readToken = async (token: string): Promise<TokenReading> => {
    if (!verifyToken) return { ok: false, reason: "not_configured" };
    return readVerifiedToken(() => verifyToken(token));
  };

  const session = async (request: Request): Promise<string | null> => {
    const token: unknown = await cookie.parse(request.headers.get("Cookie"));
    if (typeof token !== "string" || token === "") return null;
    const reading = await readVerifiedToken(() =>
      jwtVerify(token, sessionKey, {
        algorithms: ["HS256"],
        typ: sessionKind.typ,
        audience: sessionKind.audience,
        issuer: appUrl,
        requiredClaims: ["exp", "sub"],
        currentDate: new Date(now()),
      }),
    );
    return reading.ok ? reading.userId : null;
  };

  return {
    readToken,
    session,
    identify: async (request) => {
      if (!verifyToken) return { ok: false, reason: "not_configured" };
      const authorization = request.headers.get("Authorization");
      if (authorization !== null) {
        const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
        if (!token) return { ok: false, reason: "invalid" };
        const reading = await readToken(token);
        return reading.ok ? { ok: true, customer: { userId: reading.userId, by: "token" } } : reading;
      }
      const userId = await session(request);
      if (userId === null) return { ok: false, reason: "missing" };
      return { ok: true, customer: { userId, by: "session" } };
    },
    startSession: async (userId) => {
      const issuedAt = Math.floor(now() / 1000);
      const token = await new SignJWT()
        .setProtectedHeader({ alg: "HS256", typ: sessionKind.typ })
        .setSubject(subject.parse(userId))
        .setIssuer(appUrl)
        .setAudience(sessionKind.audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + sessionSeconds)
        .sign(sessionKey);
      return cookie.serialize(token);
    },
    endSession: () => cookie.serialize("", { maxAge: 0 }),
    demoToken: mode === "demo" && customerTokens?.kind === "secret" ? createDemoSigner(customerTokens, now) : null,
  };
}

/** The demo has no application beside it, and so signs for one. */
function createDemoSigner({ secret, audience }: { secret: string; audience: string }, now: () => number) {
  const key = new TextEncoder().encode(secret);
  return (userId: string) =>
    new SignJWT()
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(subject.parse(userId))
      .setAudience(audience)
      .setExpirationTime(Math.floor(now() / 1000) + demoTokenSeconds)
      .sign(key);
}

type Verified = Promise<{ payload: JWTPayload }>;

/** The algorithms are pinned by how the keys are held, never by what a token says of itself. */
function createTokenVerifier(tokens: NonNullable<Environment["customerTokens"]>, now: () => number) {
  const options = (algorithms: string[]) => ({
    algorithms,
    audience: tokens.audience,
    requiredClaims: ["exp", "sub"],
    clockTolerance: clockSkewSeconds,
    currentDate: new Date(now()),
  });
  if (tokens.kind === "secret") {
    const key = new TextEncoder().encode(tokens.secret);
    return (token: string): Verified => jwtVerify(token, key, options(["HS256"]));
  }
  const keys: JWTVerifyGetKey = createRemoteJWKSet(new URL(tokens.url), { timeoutDuration: 5_000 });
  const asymmetric = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];
  return (token: string): Verified => jwtVerify(token, keys, options(asymmetric));
}

/** Broken keys or an unreachable key server are not the caller's fault; everything else about a token is. */
async function readVerifiedToken(verify: () => Verified): Promise<TokenReading> {
  try {
    const userId = subject.safeParse((await verify()).payload.sub);
    return userId.success ? { ok: true, userId: userId.data } : { ok: false, reason: "invalid" };
  } catch (error) {
    const theirs = error instanceof errors.JOSEError && !keyServerFailures.has(error.code);
    return { ok: false, reason: theirs ? "invalid" : "unavailable" };
  }
}
