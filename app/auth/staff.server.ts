import { betterAuth } from "better-auth/minimal";
import { z } from "zod";
import { type Role, roles } from "./roles";
import { createRoster, type Roster } from "./roster.server";
import {
  clientAddressHeader,
  createSingleSignOnOptions,
  createStaffOptions,
  type StaffAuthOptions,
  singleSignOnProvider,
} from "./staff-options.server";

/** A member of staff that is signed in to the dashboard. Never a `User`. */
export type Staff = { id: string; name: string; email: string; role: Role };

export type SignIn =
  | { ok: true; cookies: string[] }
  | { ok: false; reason: "wrong_password" }
  | { ok: false; reason: "too_many_requests"; retryAfterSeconds: number };

export type SignInInput = { email: string; password: string; clientAddress: string; userAgent: string };

export type StaffAuth = Roster & {
  /** The member of staff that sent the request; null when not signed in. */
  session: (request: Request) => Promise<Staff | null>;
  /** Checks a password, limited by client address. `cookies` are `Set-Cookie` values. */
  signIn: (input: SignInInput) => Promise<SignIn>;
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
});

/** Staff authentication by better-auth on our own tables. */
export function createStaffAuth(options: StaffAuthOptions): StaffAuth {
  const { environment, log } = options;
  const auth = betterAuth(createStaffOptions(options));
  // Created at first use: when the provider does not answer, passwords and sessions must still work.
  let singleSignOn: { handler: (request: Request) => Promise<Response> } | null = null;
  const withSingleSignOn = () => {
    if (!environment.singleSignOn) return null;
    singleSignOn ??= betterAuth(createSingleSignOnOptions(options, environment.singleSignOn));
    return singleSignOn;
  };

  /** better-auth applies its checks and rate limits only to requests, so we call it with requests too. */
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
      if (!user.success) log.error({ staffId: found.user.id }, "staff member has an unknown role");
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
      const handler = callback ? withSingleSignOn()?.handler : null;
      return handler ? handler(request) : new Response(null, { status: 404 });
    },
  };
}
