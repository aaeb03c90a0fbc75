import { prismaAdapter } from "better-auth/adapters/prisma";
import type { BetterAuthOptions } from "better-auth/minimal";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import type { Database } from "~/platform/client.server";
import type { Environment, SingleSignOn } from "~/platform/env.server";
import type { Log } from "~/platform/log.server";
import { roles } from "./roles";
import { authorizeSingleSignOn } from "./single-sign-on";

/**
 * The header that tells better-auth the address of the caller. The server removes a copy that arrives and writes its own.
 * Without it all sign-ins would share one rate limit, and one caller could block all others.
 */
export const clientAddressHeader = "x-parity-client-address";

export const singleSignOnProvider = "oidc";
export const minimumPasswordLength = 12;

export type StaffAuthEnvironment = Pick<Environment, "appSecret" | "appUrl" | "singleSignOn">;
export type StaffAuthOptions = { db: Database; environment: StaffAuthEnvironment; log: Log };

const day = 24 * 60 * 60;

/** Configures better-auth: our tables, no sign-up, sessions and rate limits in the database. */
export function createStaffOptions({ db, environment, log }: StaffAuthOptions) {
  return {
    appName: "Parity",
    baseURL: environment.appUrl,
    basePath: "/api/auth",
    secret: environment.appSecret,
    trustedOrigins: [environment.appUrl],
    database: prismaAdapter(db, { provider: "postgresql", transaction: true }),
    user: {
      modelName: "staff",
      // `input: false`: a role cannot be set through the API.
      additionalFields: {
        role: { type: [...roles], required: true, defaultValue: "viewer", input: false },
      },
    },
    session: {
      modelName: "staffSession",
      expiresIn: 7 * day,
      // A session has a fixed end: a renewal in the database does not renew the cookie, which would expire first.
      disableSessionRefresh: true,
      // Every request reads the session, so a changed role or a removed member takes effect with the next request.
      cookieCache: { enabled: false },
    },
    account: {
      modelName: "staffAccount",
      updateAccountOnSignIn: false,
      // Staff are created with an unverified address; authorizeSingleSignOn requires that the provider has verified it.
      accountLinking: { enabled: true, requireLocalEmailVerified: false },
    },
    verification: { modelName: "staffVerification" },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: minimumPasswordLength,
      maxPasswordLength: 200,
    },
    rateLimit: {
      enabled: true,
      storage: "database",
      modelName: "staffRateLimit",
      window: 60,
      max: 100,
      customRules: {
        "/sign-in/email": { window: 60, max: 20 },
        "/sign-in/social": { window: 60, max: 20 },
      },
    },
    databaseHooks: {
      // We do not need the provider's tokens. What is not stored cannot be stolen.
      account: {
        create: {
          before: async (account) => ({
            data: { ...account, accessToken: null, refreshToken: null, idToken: null },
          }),
        },
      },
    },
    advanced: {
      cookiePrefix: "parity-staff",
      useSecureCookies: environment.appUrl.startsWith("https:"),
      defaultCookieAttributes: { sameSite: "lax", httpOnly: true, path: "/" },
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
    },
    // Errors reach our own log and error response, instead of the console and an empty 500.
    onAPIError: { throw: true, errorURL: `${environment.appUrl}/sign-in` },
    telemetry: { enabled: false },
    logger: {
      level: "warn",
      log: (level, message, ...details) => log[level === "debug" ? "debug" : level]({ details }, message),
    },
  } satisfies BetterAuthOptions;
}

/** The same with an OpenID Connect provider. Separate, because better-auth contacts the provider when it starts. */
export function createSingleSignOnOptions(options: StaffAuthOptions, singleSignOn: SingleSignOn) {
  const base = createStaffOptions(options);
  return {
    ...base,
    user: {
      ...base.user,
      validateUserInfo: async ({ user, source }) => {
        if (source.method !== "oauth") return undefined;
        const email = String(user.email ?? "").toLowerCase();
        // A returning member is found by id, because the address at the provider may have changed.
        const who = source.action === "sign-in" ? { id: String(user.id) } : { email };
        const member = await options.db.staff.findUnique({ where: who });
        const evaluation = authorizeSingleSignOn(
          { email, emailVerified: user.emailVerified === true },
          member?.email ?? null,
          singleSignOn.allowedDomain,
        );
        return evaluation.ok ? undefined : { error: evaluation.reason };
      },
    },
    plugins: [
      genericOAuth({
        config: [
          {
            providerId: singleSignOnProvider,
            discoveryUrl: `${singleSignOn.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
            clientId: singleSignOn.clientId,
            clientSecret: singleSignOn.clientSecret,
            scopes: ["openid", "email", "profile"],
            requireIdTokenVerification: true,
            disableProviderLogout: true,
          },
        ],
      }),
    ],
  } satisfies BetterAuthOptions;
}
