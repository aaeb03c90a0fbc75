import { betterAuth } from "better-auth/minimal";
import { z } from "zod";
import { type Role, roles } from "./roles";
import { createRoster, type Roster } from "./roster.server";
import {
  clientAddressHeader,
  type StaffAuthOptions,
  createSingleSignOnOptions,
  singleSignOnProvider,
  createStaffOptions,
} from "./staff-options.server";

/** Someone who is signed in to the dashboard. Never a `User`. */
export type Staff = { id: string; name: string; email: string; role: Role };

export type SignIn =
  | { ok: true; cookies: string[] }
  | { ok: false; reason: "wrong_password" }
  | { ok: false; reason: "too_many_requests"; retryAfterSeconds: number };

export type SignInInput = { email: string; password: string; clientAddress: string; userAgent: string };

export type StaffAuth = Roster & {
  /** Who sends the request; null when nobody is signed in. */
  session: (request: Request) => Promise<Staff | null>;
  /** Checks a password, limited by client address. `cookies` are `Set-Cookie` values. */
  signIn: (input: SignInInput) => Promise<SignIn>;
  /** Ends the session in the database; the `Set-Cookie` values that end it in the browser. */
  signOut: (request: Request) => Promise<string[]>;
  /** The redirect to the identity provider that comes back to `next`; null when none is configured, or it is down. */
  startSingleSignOn: (request: Request, next: string) => Promise<Response | null>;
  /** What the identity provider sends people back to. 404 for every other address of better-auth's. */
  handler: (request: Request) => Promise<Response>;
};

const sessionUser = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(roles),
});

/** Staff authentication by better-auth on our own tables. */
export function createStaffAuth(options: StaffAuthOptions): StaffAuth {
  const { environment, log } = options;
  const auth = betterAuth(createStaffOptions(options));
  // Made when first used: a provider that does not answer must not keep those out who have a password or a session.
  let singleSignOn: { handler: (request: Request) => Promise<Response> } | null = null;
  const withSingleSignOn = () => {
    if (!environment.singleSignOn) return null;
    singleSignOn ??= betterAuth(createSingleSignOnOptions(options, environment.singleSignOn));
    return singleSignOn;
  };

  /** better-auth limits and checks only what comes in as a request, so ours take the same way in. */
  const post = (path: string, body: unknown, headers: Record<string, string>) =>
    new Request(`${environment.appUrl}/api/auth${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", Origin: environment.appUrl, ...headers },
    });

  return {
    ...createRoster(options.db),
    session: async (request) => {
      const found = await auth.api.getSession({ headers: request.headers });
      if (!found) return null;
      const user = sessionUser.safeParse(found.user);
      if (!user.success) log.error({ staffId: found.user.id }, "a staff member has no role that we know");
      return user.success ? user.data : null;
    },
    signIn: async ({ email, password, clientAddress, userAgent }) => {
      const headers = { [clientAddressHeader]: clientAddress, "User-Agent": userAgent };
      const response = await auth.handler(post("/sign-in/email", { email, password }, headers));
      if (response.ok) return { ok: true, cookies: response.headers.getSetCookie() };
      if (response.status === 429) {
        const retryAfterSeconds = Number(response.headers.get("X-Retry-After")) || 60;
        return { ok: false, reason: "too_many_requests", retryAfterSeconds };
      }
      if (response.status >= 500) throw new Error(`Signing in failed with ${response.status}.`);
      return { ok: false, reason: "wrong_password" };
    },
    signOut: async (request) => {
      const cookie = request.headers.get("Cookie") ?? "";
      const response = await auth.handler(post("/sign-out", {}, { Cookie: cookie }));
      return response.headers.getSetCookie();
    },
    startSingleSignOn: async (request, next) => {
      const handler = withSingleSignOn()?.handler;
      if (!handler) return null;
      const body = { provider: singleSignOnProvider, callbackURL: next, disableRedirect: true };
      const address = request.headers.get(clientAddressHeader) ?? "";
      const response = await handler(post("/sign-in/social", body, { [clientAddressHeader]: address }));
      if (!response.ok) {
        log.error({ status: response.status }, "single sign-on could not be started");
        return null;
      }
      const { url } = z.object({ url: z.url() }).parse(await response.json());
      const headers = new Headers({ Location: url });
      for (const cookie of response.headers.getSetCookie()) headers.append("Set-Cookie", cookie);
      return new Response(null, { status: 302, headers });
    },
    handler: async (request) => {
      const callback = new URL(request.url).pathname === `/api/auth/callback/${singleSignOnProvider}`;
      const handler = callback ? withSingleSignOn()?.handler : null;
      return handler ? handler(request) : new Response(null, { status: 404 });
    },
  };
}
