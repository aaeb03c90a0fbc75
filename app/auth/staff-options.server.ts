import { prismaAdapter } from "better-auth/adapters/prisma";
import type { BetterAuthOptions } from "better-auth/minimal";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import { twoFactor } from "better-auth/plugins/two-factor";
import { foldEmail } from "~/billing/email";
import { roles } from "~/engine/account/roles";
import type { Database } from "~/platform/client.server";
import type { Environment, SingleSignOn } from "~/platform/env.server";
import type { Log } from "~/platform/log.server";
import { PASSWORD_LENGTH } from "./passwords.server";
import { hashAccount } from "./sign-in-limits.server";
import { authorizeSingleSignOn, readSingleSignOnName } from "./single-sign-on";
import { recordStaffChange } from "./staff-audit.server";

/**
 * The header that tells better-auth the address of the caller. The server removes a copy that arrives and writes its own.
 * Without it all sign-ins would share one rate limit, and one caller could block all others.
 */
export const clientAddressHeader = "x-parity-client-address";

export const singleSignOnProvider = "oidc";

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
        removedAt: { type: "date", required: false, input: false },
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
      minPasswordLength: PASSWORD_LENGTH.minimum,
      maxPasswordLength: PASSWORD_LENGTH.maximum,
    },
    rateLimit: {
      enabled: true,
      storage: "database",
      modelName: "staffRateLimit",
      window: 60,
      max: 100,
      customRules: {
        // createSignInLimits limits these by account and address, and does not count successes.
        "/sign-in/email": false,
        "/sign-in/social": { window: 60, max: 60 },
        "/two-factor/*": { window: 60, max: 20 },
      },
    },
    databaseHooks: {
      user: {
        create: {
          // There is no sign-up, so only single sign-on comes here.
          before: async (user) => ({ data: { ...user, name: readSingleSignOnName(user.name, user.email) } }),
          after: async ({ id }) => {
            await recordStaffChange(db, {
              staffId: id,
              before: null,
              after: { role: "viewer" },
              by: { kind: "single_sign_on", id: null },
            });
            log.info({ change: "added", staffId: id, role: "viewer", by: "single_sign_on" }, "staff changed");
          },
        },
      },
      session: {
        create: {
          // Whatever way to sign in is found or forgotten: a removed member gets no session.
          before: async (session) => {
            const member = await db.staff.findUnique({ where: { id: session.userId } });
            return member !== null && member.removedAt === null;
          },
          after: async ({ userId }) => {
            await db.staff.updateMany({ where: { id: userId }, data: { lastSeenAt: new Date() } });
          },
        },
      },
      // We do not need the provider's tokens. What is not stored cannot be stolen.
      account: {
        create: {
          before: async (account) => ({
            data: { ...account, accessToken: null, refreshToken: null, idToken: null },
          }),
        },
      },
    },
    plugins: [
      twoFactor({
        issuer: "Parity",
        twoFactorTable: "staffTwoFactor",
        // Single sign-on asks for its own second factor.
        allowPasswordless: false,
      }),
    ],
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
      // An error that comes along tells whether it is the database's, which is reported once.
      log: (level, message, ...details) => {
        const err = details.find((detail) => detail instanceof Error);
        log[level](err === undefined ? { details } : { err }, message);
      },
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
        // As the provider sent it: better-auth folds more letters than those of ASCII.
        const sent = source.oauth?.profile?.email;
        const email = typeof sent === "string" ? sent : "";
        // A returning member is found by id, because the address at the provider may have changed.
        const isKnown = source.action === "sign-in" || source.action === "link-account";
        const member = await options.db.staff.findUnique({
          where: isKnown ? { id: String(user.id) } : { email: foldEmail(email) },
          include: { accounts: { where: { providerId: singleSignOnProvider }, select: { id: true } } },
        });
        const evaluation = authorizeSingleSignOn(
          { email, emailVerified: user.emailVerified === true },
          member && {
            email: member.email,
            isRemoved: member.removedAt !== null,
            isBoundToAnother: source.action === "link-account" && member.accounts.length > 0,
          },
          singleSignOn.allowedDomain,
        );
        if (!evaluation.ok)
          options.log.warn(
            { reason: evaluation.reason, staffId: member?.id, account: hashAccount(email) },
            "single sign-on refused",
          );
        return evaluation.ok ? undefined : { error: evaluation.reason };
      },
    },
    plugins: [
      ...base.plugins,
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
