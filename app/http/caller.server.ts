import type { CustomerCaller, TokenFailure } from "~/auth/customer.server";
import { type Role, roleAllows } from "~/auth/roles";
import type { Staff } from "~/auth/staff.server";
import { bearerToken, secretsEqual } from "./bearer.server";
import type { RequestContext } from "./context";
import { refusal } from "./errors";
import type { Who } from "./route-spec";
import { isSameOrigin } from "./same-origin";

export type Caller = { staff?: Staff; customer?: CustomerCaller };

/**
 * Lets the caller in, or throws the Response that does not: a redirect to the sign-in page for staff who look at a
 * page, a refusal for everything else. An unknown `who` throws: what is not decided is not allowed.
 */
export async function admit(request: Request, who: Who, context: RequestContext): Promise<Caller> {
  switch (who.who) {
    case "staff":
      return { staff: await admitStaff(request, who.role, context) };
    case "customer":
      return { customer: await admitCustomer(request, context) };
    case "cron":
      admitBearer(request, context.environment.cronSecret, "CRON_SECRET");
      return {};
    case "metrics":
      admitBearer(request, context.environment.metricsToken, "METRICS_TOKEN");
      return {};
    case "stripe":
      return {};
    case "public":
      if (changes(request) && !who.anyOrigin) refuseOtherSites(context, true);
      return {};
    default:
      throw new Error(`Nobody may call a route for ${JSON.stringify(who satisfies never)}.`);
  }
}

async function admitStaff(request: Request, needed: Role, context: RequestContext) {
  if (changes(request)) refuseOtherSites(context, false);
  const staff = await context.staffAuth.session(request);
  if (!staff) throw signInFirst(request);
  if (!roleAllows(staff.role, needed))
    throw refusal("role_too_low", { message: `This needs the role ${needed}. You are ${staff.role}.` });
  return staff;
}

async function admitCustomer(request: Request, context: RequestContext): Promise<CustomerCaller> {
  const found = await context.customerAuth.identify(request);
  if (!found.ok) throw customerRefusal(found.reason);
  // A token is sent on purpose, a cookie by itself.
  if (changes(request) && found.customer.by === "session") refuseOtherSites(context, false);
  return found.customer;
}

function customerRefusal(reason: "missing" | TokenFailure): Response {
  const headers = { "WWW-Authenticate": 'Bearer realm="Parity"' };
  switch (reason) {
    case "missing":
      return refusal("no_token", { headers });
    case "invalid":
      return refusal("bad_token", { headers });
    case "unavailable":
      return refusal("unavailable", {
        message:
          "The keys of WORKSPACE_JWKS_URL cannot be fetched just now, so customers cannot be recognised.",
      });
    case "not_configured":
      return refusal("not_configured", {
        message:
          "Neither WORKSPACE_JWT_SECRET nor WORKSPACE_JWKS_URL is set, so customers cannot be recognised here.",
      });
  }
}

function admitBearer(request: Request, expected: string | null, variable: string): void {
  if (!expected)
    throw refusal("not_configured", { message: `${variable} is not set, so nobody can be let in here.` });
  const given = bearerToken(request);
  if (!given || !secretsEqual(given, expected))
    throw refusal("bad_secret", { headers: { "WWW-Authenticate": 'Bearer realm="Parity"' } });
}

function refuseOtherSites({ environment, sender }: RequestContext, withoutHeaders: boolean): void {
  const { appUrl } = environment;
  if (isSameOrigin(sender, appUrl, withoutHeaders)) return;
  throw refusal("cross_site", {
    message: `The request came from another address than ${appUrl}. If people reach Parity at another one, set APP_URL to it.`,
  });
}

/** Pages lead to the sign-in form and back; programs get a 401 that they can read. */
function signInFirst(request: Request): Response {
  const { pathname, search } = new URL(request.url);
  if (pathname.startsWith("/api/")) return refusal("not_signed_in");
  const next = pathname + (changes(request) ? "" : search);
  const headers = new Headers({ "Cache-Control": "no-store", Location: "/sign-in" });
  if (next !== "/") headers.set("Location", `/sign-in?${new URLSearchParams({ next })}`);
  return new Response(null, { status: 302, headers });
}

function changes(request: Request): boolean {
  return request.method !== "GET" && request.method !== "HEAD";
}
