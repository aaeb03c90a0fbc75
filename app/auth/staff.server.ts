import { betterAuth } from "better-auth/minimal";
import { z } from "zod";
import { type Role, roles } from "~/engine/account/roles";
import { loadSettings } from "~/engine/account/settings.server";
import type { SingleSignOn } from "~/platform/env.server";
import { type CodeProblem, readCodeProblem } from "./code-answers.server";
import { createOwnAccount, type OwnAccount, type PostToAuth } from "./own-account.server";
import { createPasswordTurns } from "./password-turns";
import { createProviderGate } from "./provider-gate.server";
import { createRoster, type Roster } from "./roster.server";
import { createSignInLimits, hashAccount } from "./sign-in-limits.server";
import {
  clientAddressHeader,
  createSingleSignOnOptions,
  createStaffOptions,
  type StaffAuthOptions,
  singleSignOnProvider,
} from "./staff-options.server";
import { claimCode } from "./used-codes.server";

/** A member of staff that is signed in to the dashboard. Never a `User`. */
export type Staff = {
  id: string;
  name: string;
  email: string;
  role: Role;
  hasSecondFactor?: boolean;
  /** A setting requires a second factor, and this member has none yet: nothing but the own account page may be used. */
  mustAddSecondFactor?: boolean;
};

export type SignIn =
  | { ok: true; cookies: string[] }
  | { ok: false; reason: "wrong_password" }
  /** The password is right; the cookies are for the next step. */
  | { ok: false; reason: "second_factor"; cookies: string[] }
  | { ok: false; reason: "too_many_requests"; retryAfterSeconds: number };

export type SignInInput = {
  email: string;
  password: string;
  clientAddress: string;
  userAgent: string;
  /** The browser's cookies: one that has signed in before is not locked out by guesses from elsewhere. */
  cookie?: string;
};

export type CodeInput = { code: string; clientAddress: string; userAgent: string; cookie: string };

export type StaffAuth = Roster & {
  /** The member of staff that sent the request; null when not signed in, or not seen for longer than the settings allow. */
  session: (request: Request) => Promise<Staff | null>;
  /** Checks a password, limited by account and client address. `cookies` are `Set-Cookie` values. */
  signIn: (input: SignInInput) => Promise<SignIn>;
  /** The second step of a sign-in: a code of the authenticator app, or a backup code. */
  signInWithCode: (
    input: CodeInput,
  ) => Promise<{ ok: true; cookies: string[] } | { ok: false; reason: CodeProblem }>;
  own: OwnAccount;
  /** Ends the session in the database; the `Set-Cookie` values that end it in the browser. */
  signOut: (request: Request) => Promise<string[]>;
  /** The redirect to the identity provider, which returns to `next`; null when none is configured or it does not answer. */
  startSingleSignOn: (request: Request, next: string) => Promise<Response | null>;
  /** Handles the return from the identity provider. 404 for all other addresses of better-auth. */
  handler: (request: Request) => Promise<Response>;
};

const sessionUser = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(roles),
  twoFactorEnabled: z.boolean().nullish(),
  removedAt: z.date().nullish(),
});

/** When a sign-in may be tried again while too many are under way. */
const BUSY_SECONDS = 5;

/** How exactly it is known when a session was last used: not every request writes. */
const SEEN_MS = 5 * 60_000;

/** What better-auth answers to a right password or code. */
const signedIn = z.object({
  twoFactorRedirect: z.boolean().optional(),
  /** Of the new session. */
  token: z.string().nullish(),
  user: z.object({ id: z.string() }).optional(),
});

/** The sign-in page, with the sentence that the provider does not answer. */
export const PROVIDER_UNAVAILABLE = "/sign-in?error=single_sign_on_unavailable";

const createSingleSignOn = (options: StaffAuthOptions, singleSignOn: SingleSignOn) =>
  betterAuth(createSingleSignOnOptions(options, singleSignOn));

/** Staff authentication by better-auth on our own tables. */
export function createStaffAuth(options: StaffAuthOptions): StaffAuth {
  const { db, environment, log } = options;
  const limits = createSignInLimits(db, environment.appSecret, environment.appUrl.startsWith("https:"));
  const takeTurn = createPasswordTurns();
  const auth = betterAuth(createStaffOptions(options));
  // Created at first use: when the provider does not answer, passwords and sessions must still work.
  let singleSignOn: ReturnType<typeof createSingleSignOn> | null = null;
  const passGate = createProviderGate({
    isKnown: async () => {
      const context = await singleSignOn?.$context;
      return context?.socialProviders.some(({ id }) => id === singleSignOnProvider) ?? false;
    },
    now: Date.now,
  });
  /** Null when no provider is configured, or when it does not answer. */
  const sendToSingleSignOn = async (request: Request): Promise<Response | null> => {
    const configured = environment.singleSignOn;
    if (!configured) return null;
    return passGate(() => {
      singleSignOn ??= createSingleSignOn(options, configured);
      return singleSignOn.handler(request);
    });
  };

  /** better-auth applies its checks and rate limits only to requests, so we call it with requests too. */
  const post: PostToAuth = (path, body, headers) =>
    new Request(`${environment.appUrl}/api/auth${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", Origin: environment.appUrl, ...headers },
    });

  return {
    ...createRoster(options.db, log),
    own: createOwnAccount({
      db,
      log,
      limits,
      post,
      handler: auth.handler,
      findSessionId: async (cookie) => {
        const found = await auth.api.getSession({ headers: new Headers({ Cookie: cookie }) });
        return found?.session.id ?? null;
      },
    }),
    session: async (request) => {
      const found = await auth.api.getSession({ headers: request.headers });
      if (!found) return null;
      const { id, updatedAt } = found.session;
      const { staffIdleHours, requireSecondFactor } = await loadSettings(db);
      const idleMs = Date.now() - updatedAt.getTime();
      if (idleMs > staffIdleHours * 60 * 60_000) {
        await db.staffSession.deleteMany({ where: { id } });
        return null;
      }
      if (idleMs > SEEN_MS) {
        await db.staffSession.updateMany({ where: { id }, data: { updatedAt: new Date() } });
        await db.staff.updateMany({ where: { id: found.user.id }, data: { lastSeenAt: new Date() } });
      }
      const user = sessionUser.safeParse(found.user);
      if (!user.success) {
        log.error({ staffId: found.user.id }, "staff member has an unknown role");
        return null;
      }
      const { twoFactorEnabled, removedAt, ...staff } = user.data;
      // A sign-in that was under way while the member was removed has opened its session after all others were ended.
      if (removedAt != null) {
        await db.staffSession.deleteMany({ where: { id } });
        return null;
      }
      const hasSecondFactor = twoFactorEnabled === true;
      const mustAddSecondFactor =
        requireSecondFactor === "yes" && !hasSecondFactor && (await hasPassword(staff.id));
      return { ...staff, hasSecondFactor, mustAddSecondFactor };
    },
    signIn: async (input) => {
      const { email, cookie = "", clientAddress: address } = input;
      const answer = await takeTurn(limits.isKnownBrowser({ email, cookie }), () => checkPassword(input));
      if (answer !== null) return answer;
      log.warn({ account: hashAccount(email), address }, "sign-in refused: too many at once");
      return { ok: false, reason: "too_many_requests", retryAfterSeconds: BUSY_SECONDS };
    },
    signInWithCode: async ({ code, clientAddress: address, userAgent, cookie }) => {
      const digits = code.replaceAll(/\s/g, "");
      const isOfApp = /^\d{6}$/.test(digits);
      const path = isOfApp ? "/two-factor/verify-totp" : "/two-factor/verify-backup-code";
      const headers = { [clientAddressHeader]: address, "User-Agent": userAgent, Cookie: cookie };
      const response = await auth.handler(post(path, { code: digits || code }, headers));
      if (response.status >= 500) throw new Error(`Signing in failed with ${response.status}.`);
      if (!response.ok) {
        const reason = await readCodeProblem(response);
        log.warn({ address, status: response.status, reason }, "sign-in failed: wrong code");
        return { ok: false, reason };
      }
      const { token, user } = signedIn.parse(await response.json());
      const staffId = user?.id ?? "";
      // Whose code it is, only better-auth can tell, and it has opened the session by then.
      if (isOfApp && !(await claimCode(db, staffId, digits))) {
        await db.staffSession.deleteMany({ where: { token: token ?? "" } });
        log.warn({ staffId, address, reason: "used_code" }, "sign-in failed: wrong code");
        return { ok: false, reason: "used_code" };
      }
      log.info({ staffId, address, by: "second factor" }, "signed in");
      return { ok: true, cookies: response.headers.getSetCookie() };
    },
    signOut: async (request) => {
      const cookie = request.headers.get("Cookie") ?? "";
      const found = await auth.api.getSession({ headers: new Headers({ Cookie: cookie }) });
      const response = await auth.handler(post("/sign-out", {}, { Cookie: cookie }));
      if (found) log.info({ staffId: found.user.id }, "signed out");
      return response.headers.getSetCookie();
    },
    startSingleSignOn: async (request, next) => {
      const body = { provider: singleSignOnProvider, callbackURL: next, disableRedirect: true };
      const address = request.headers.get(clientAddressHeader) ?? "";
      const response = await sendToSingleSignOn(
        post("/sign-in/social", body, { [clientAddressHeader]: address }),
      );
      if (!response?.ok) {
        if (environment.singleSignOn && response)
          log.error({ status: response.status }, "single sign-on failed to start");
        return null;
      }
      const { url } = z.object({ url: z.url() }).parse(await response.json());
      const headers = new Headers({ Location: url });
      for (const cookie of response.headers.getSetCookie()) headers.append("Set-Cookie", cookie);
      return new Response(null, { status: 302, headers });
    },
    handler: async (request) => {
      const callback = new URL(request.url).pathname === `/api/auth/callback/${singleSignOnProvider}`;
      if (!callback || !environment.singleSignOn) return new Response(null, { status: 404 });
      const response = await sendToSingleSignOn(request);
      if (!response) return new Response(null, { status: 302, headers: { Location: PROVIDER_UNAVAILABLE } });
      const address = request.headers.get(clientAddressHeader) ?? "";
      if (response.headers.getSetCookie().some((cookie) => /session_token=[^;]/.test(cookie)))
        log.info({ address, by: "single sign-on" }, "signed in");
      else log.warn({ address }, "sign-in failed: single sign-on");
      return response;
    },
  };

  async function checkPassword(input: SignInInput): Promise<SignIn> {
    const { email, password, clientAddress: address, userAgent, cookie = "" } = input;
    const account = hashAccount(email);
    const attempt = await limits.begin({ email, clientAddress: address, cookie });
    if (!attempt.ok) {
      const { retryAfterSeconds } = attempt;
      log.warn({ account, address, retryAfterSeconds }, "sign-in refused: too many failures");
      return { ok: false, reason: "too_many_requests", retryAfterSeconds };
    }
    const headers = { [clientAddressHeader]: address, "User-Agent": userAgent, Cookie: cookie };
    const response = await auth.handler(post("/sign-in/email", { email, password }, headers));
    if (response.status >= 500) throw new Error(`Signing in failed with ${response.status}.`);
    const answer = response.ok ? signedIn.parse(await response.json()) : null;
    if (!answer) {
      log.warn({ account, address }, "sign-in failed: wrong password or unknown account");
      return { ok: false, reason: "wrong_password" };
    }
    await attempt.succeeded();
    const cookies = [...response.headers.getSetCookie(), limits.rememberBrowser(email)];
    if (answer.twoFactorRedirect) {
      log.info({ account, address }, "password accepted, second factor asked for");
      return { ok: false, reason: "second_factor", cookies };
    }
    log.info({ account, staffId: answer.user?.id, address, by: "password" }, "signed in");
    return { ok: true, cookies };
  }

  async function hasPassword(staffId: string): Promise<boolean> {
    return (await db.staffAccount.count({ where: { userId: staffId, providerId: "credential" } })) > 0;
  }
}
