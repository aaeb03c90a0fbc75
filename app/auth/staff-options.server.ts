import { prismaAdapter } from "better-auth/adapters/prisma";
import type { BetterAuthOptions } from "better-auth/minimal";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import type { Database } from "~/platform/client.server";
import type { Environment, SingleSignOn } from "~/platform/env.server";
import type { Log } from "~/platform/log.server";
import { roles } from "./roles";
import { authorizeSingleSignOn } from "./single-sign-on";

/**
 * The one header that tells better-auth where a request comes from. The server removes any copy that arrives and
 * writes its own; without it all sign-ins would share one rate limit, and anybody could use it up for everybody.
 */
export const clientAddressHeader = "x-parity-client-address";

export const singleSignOnProvider = "oidc";
export const minimumPasswordLength = 12;

export type StaffAuthEnvironment = Pick<Environment, "appSecret" | "appUrl" | "singleSignOn">;
export type StaffAuthOptions = { db: Database; environment: StaffAuthEnvironment; log: Log };

const day = 24 * 60 * 60;

/** How better-auth is set up: our tables, nobody signs up, sessions and limits in the database. */
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
      // `input: false`: nobody gives themselves a role.
      additionalFields: {
        role: { type: [...roles], required: true, defaultValue: "viewer", input: false },
      },
    },
    session: {
      modelName: "staffSession",
      expiresIn: 7 * day,
      // A session has a fixed end: a cookie that is renewed only in the database would run out before it.
      disableSessionRefresh: true,
      // Every request reads the session: a role taken away, or a removed member, counts from the next one on.
      cookieCache: { enabled: false },
    },
    account: {
      modelName: "staffAccount",
      updateAccountOnSignIn: false,
      // Staff are created unverified and by name; evaluateArrival asks the provider to vouch for the address instead.
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
      // The provider's tokens are of no use to us, so that they cannot be stolen from us.
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
    // What breaks reaches our own log and our own answer, instead of the console and an empty 500.
    onAPIError: { throw: true, errorURL: `${environment.appUrl}/sign-in` },
    telemetry: { enabled: false },
    logger: {
      level: "warn",
      log: (level, message, ...details) => log[level === "debug" ? "debug" : level]({ details }, message),
    },
  } satisfies BetterAuthOptions;
}

/** The same with an OpenID Connect provider. Apart, because better-auth asks the provider before it does anything. */
export function createSingleSignOnOptions(options: StaffAuthOptions, singleSignOn: SingleSignOn) {
  const base = createStaffOptions(options);
  return {
    ...base,
    user: {
      ...base.user,
      validateUserInfo: async ({ user, source }) => {
        if (source.method !== "oauth") return undefined;
        const email = String(user.email ?? "").toLowerCase();
        // Someone who was here before is compared with their own row: their provider may call them otherwise now.
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
