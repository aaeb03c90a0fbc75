import { hkdfSync, randomUUID } from "node:crypto";
import { createCookie } from "@remix-run/node";
import {
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
  SignJWT,
} from "jose";
import { z } from "zod";
import type { Environment } from "~/platform/env.server";
import type { Log } from "~/platform/log.server";
import { isPlainText, MAX_ID } from "~/platform/plain-text";
import type { EndedSessions } from "./ended-sessions.server";
import { createKeyServer, isKeyServerFailure } from "./key-server.server";

/** An authorized customer: `userId` is `User.id`. */
export type CustomerCaller = { userId: string; by: "token" | "session" };

export type CustomerIdentity =
  | { ok: true; customer: CustomerCaller }
  | { ok: false; reason: "missing" | TokenFailure };

/** `unavailable`: the keys of WORKSPACE_JWKS_URL could not be fetched, so no token can be checked. */
export type TokenFailure = "not_configured" | "unavailable" | "invalid";

export type TokenReading = { ok: true; userId: string } | { ok: false; reason: TokenFailure };

export type CustomerAuth = {
  /** The customer of a request, by the application's bearer token, or by our own session cookie. */
  identify: (request: Request) => Promise<CustomerIdentity>;
  /** Checks a token of the application, as it is posted to /workspace/session. */
  readToken: (token: string) => Promise<TokenReading>;
  /** The user of our own session; null when there is none or it has expired. */
  session: (request: Request) => Promise<string | null>;
  /** `Set-Cookie` for a session of 12 hours. */
  startSession: (userId: string) => Promise<string>;
  /** Ends the session of the request, also where its cookie was copied to; `Set-Cookie` that ends it in this browser. */
  endSession: (request: Request) => Promise<string>;
  /** Signs a token as the application would, valid for a minute. Null outside of the demo. */
  demoToken: ((userId: string) => Promise<string>) | null;
};

export type CustomerAuthOptions = {
  environment: Pick<Environment, "mode" | "appSecret" | "appUrl" | "customerTokens">;
  /** Sessions that were left before they expired. */
  endedSessions: EndedSessions;
  /** Now, in epoch milliseconds. */
  now: () => number;
  log?: Log;
};

const sessionSeconds = 12 * 60 * 60;
const clockSkewSeconds = 30;
const demoTokenSeconds = 60;
/** Marks our own sessions, which also have their own key, so that no other token is accepted as a session. */
const sessionKind = { typ: "parity-session+jwt", audience: "parity:workspace" };

const subject = z.string().min(1).max(MAX_ID).refine(isPlainText);
/** Applications with whole numbers as keys often sign the number itself. One that is not exact names no user. */
const tokenSubject = z.union([subject, z.number().int().nonnegative().transform(String)]);

/** Identifies customers. They sign in at the application; Parity only verifies its tokens. */
export function createCustomerAuth({
  environment,
  endedSessions,
  now,
  log,
}: CustomerAuthOptions): CustomerAuth {
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
    // The caller is not told which part is wrong; who sets the application up must be able to find out.
    return readVerifiedToken(
      () => verifyToken(token),
      (why) => log?.info({ why }, "customer token refused"),
    );
  };

  const readOpenSession = async (request: Request) => {
    const token: unknown = await cookie.parse(request.headers.get("Cookie"));
    if (typeof token !== "string" || token === "") return null;
    const verified = await verifySession(token).catch(() => null);
    const parsed = sessionClaims.safeParse(verified?.payload);
    if (!parsed.success || (await endedSessions.has(parsed.data.jti))) return null;
    return parsed.data;
  };
  const verifySession = (token: string) =>
    jwtVerify(token, sessionKey, {
      algorithms: ["HS256"],
      typ: sessionKind.typ,
      audience: sessionKind.audience,
      issuer: appUrl,
      requiredClaims: ["exp", "sub", "jti"],
      currentDate: new Date(now()),
    });
  const session = async (request: Request) => (await readOpenSession(request))?.sub ?? null;

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
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + sessionSeconds)
        .sign(sessionKey);
      return cookie.serialize(token);
    },
    endSession: async (request) => {
      const open = await readOpenSession(request);
      if (open) await endedSessions.add(open.jti, new Date(open.exp * 1000));
      return cookie.serialize("", { maxAge: 0 });
    },
    demoToken:
      mode === "demo" && customerTokens?.kind === "secret" ? createDemoSigner(customerTokens, now) : null,
  };
}

/** The demo has no application, so it signs the tokens itself. */
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

const sessionClaims = z.object({ sub: subject, jti: z.string().min(1), exp: z.number() });

type Verified = Promise<{ payload: JWTPayload }>;

/** The accepted algorithms depend on the configured keys, never on the header of a token. */
function createTokenVerifier(tokens: NonNullable<Environment["customerTokens"]>, now: () => number) {
  const options = (algorithms: string[]) => ({
    algorithms,
    audience: tokens.audience,
    requiredClaims: ["exp", "sub"],
    clockTolerance: clockSkewSeconds,
    currentDate: new Date(now()),
  });
  const checkEnd = async (verified: Verified): Verified => {
    const { exp = Number.POSITIVE_INFINITY } = (await verified).payload;
    if (exp > now() / 1000 + tokens.maxHours * 60 * 60 + clockSkewSeconds)
      throw new errors.JWTInvalid("exp is too far ahead");
    return verified;
  };
  if (tokens.kind === "secret") {
    const key = new TextEncoder().encode(tokens.secret);
    return (token: string): Verified => checkEnd(jwtVerify(token, key, options(["HS256"])));
  }
  const keys = createKeyServer(new URL(tokens.url), now);
  return (token: string): Verified => checkEnd(verifyWithKeys(token, keys, options(ASYMMETRIC)));
}

const ASYMMETRIC = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");
/** Verifying is cheap, and yet an outsider must not make it many. */
const MOST_KEYS = 10;

/** Where several keys fit, as while keys are rotated that have no id, any of them may be the right one. */
async function verifyWithKeys(token: string, keys: JWTVerifyGetKey, options: JWTVerifyOptions): Verified {
  try {
    return await jwtVerify(token, keys, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    let tried = 0;
    for await (const key of error) {
      const verified = await jwtVerify(token, key, options).catch((failure: unknown) => {
        if (failure instanceof errors.JWSSignatureVerificationFailed) return null;
        throw failure;
      });
      if (verified) return verified;
      tried += 1;
      if (tried >= MOST_KEYS) break;
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** Invalid keys and an unreachable key server are `unavailable`; all other problems make the token `invalid`. */
async function readVerifiedToken(
  verify: () => Verified,
  report: (why: string) => void,
): Promise<TokenReading> {
  const refuse = (reason: TokenFailure, why: string): TokenReading => {
    report(why);
    return { ok: false, reason };
  };
  try {
    const userId = tokenSubject.safeParse((await verify()).payload.sub);
    return userId.success ? { ok: true, userId: userId.data } : refuse("invalid", "sub is no id of a user");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refuse(isKeyServerFailure(error) ? "unavailable" : "invalid", why);
  }
}
