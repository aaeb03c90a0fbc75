import type { CustomerCaller, TokenFailure } from "~/auth/customer.server";
import type { Staff } from "~/auth/staff.server";
import { type Role, roleAllows } from "~/engine/account/roles";
import { areSecretsEqual, readBearerToken } from "./bearer.server";
import type { RequestContext } from "./context";
import { errorResponse } from "./errors";
import type { Access } from "./route-spec";
import { isSameOrigin } from "./same-origin";

export type Caller = { staff?: Staff; customer?: CustomerCaller };

/**
 * Returns the authorized caller, or throws a Response: a redirect to the sign-in page for a page of the dashboard, an error
 * response for everything else. An unknown `who` throws an error, so that a mistake never opens a route.
 */
export async function authorize(request: Request, who: Access, context: RequestContext): Promise<Caller> {
  switch (who.who) {
    case "staff":
      return { staff: await authorizeStaff(request, who.role, context) };
    case "customer":
      return { customer: await authorizeCustomer(request, context) };
    case "cron":
      authorizeBearer(request, context, {
        expected: context.environment.cronSecret,
        variable: "CRON_SECRET",
      });
      return {};
    case "metrics":
      authorizeBearer(request, context, {
        expected: context.environment.metricsToken,
        variable: "METRICS_TOKEN",
      });
      return {};
    case "stripe":
      return {};
    case "public":
      if (isMutation(request) && !who.anyOrigin) rejectCrossSite(context, true);
      return {};
    default:
      throw new Error(`Unknown access ${JSON.stringify(who satisfies never)}.`);
  }
}

async function authorizeStaff(request: Request, needed: Role, context: RequestContext) {
  if (isMutation(request)) rejectCrossSite(context, false);
  const staff = await context.staffAuth.session(request);
  if (!staff) throw redirectToSignIn(request);
  if (staff.mustAddSecondFactor) sendToOwnAccount(request);
  if (!roleAllows(staff.role, needed))
    throw errorResponse("forbidden", { message: `This needs the role ${needed}. You are ${staff.role}.` });
  return staff;
}

/** Without the second factor that a setting requires, only the page that adds it, and signing out, can be used. */
function sendToOwnAccount(request: Request): void {
  const { pathname } = new URL(request.url);
  if (/^\/(account|sign-out|appearance)(\.data)?$/.test(pathname)) return;
  if (isMutation(request) || pathname.startsWith("/api/"))
    throw errorResponse("forbidden", { message: "Add a second factor on your account page first." });
  const headers = { "Cache-Control": "no-store", Location: "/account" };
  throw new Response(null, { status: 302, headers });
}

async function authorizeCustomer(request: Request, context: RequestContext): Promise<CustomerCaller> {
  const found = await context.customerAuth.identify(request);
  if (!found.ok) throw createCustomerError(found.reason);
  // A browser sends cookies by itself, also for other sites. A token is sent on purpose.
  if (isMutation(request) && found.customer.by === "session") rejectCrossSite(context, false);
  return found.customer;
}

function createCustomerError(reason: "missing" | TokenFailure): Response {
  const headers = { "WWW-Authenticate": 'Bearer realm="Parity"' };
  switch (reason) {
    case "missing":
      return errorResponse("no_token", { headers });
    case "invalid":
      return errorResponse("bad_token", { headers });
    case "unavailable":
      return errorResponse("unavailable", {
        message:
          "The keys of WORKSPACE_JWKS_URL cannot be fetched, so customers cannot be identified. Try again in a moment.",
      });
    case "not_configured":
      return errorResponse("not_configured", {
        message:
          "Neither WORKSPACE_JWT_SECRET nor WORKSPACE_JWKS_URL is set, so customers cannot be identified.",
      });
  }
}

function authorizeBearer(
  request: Request,
  { log, clientAddress: address }: RequestContext,
  { expected, variable }: { expected: string | null; variable: string },
): void {
  if (!expected)
    throw errorResponse("not_configured", {
      message: `${variable} is not set, so this address cannot be used.`,
    });
  const given = readBearerToken(request.headers.get("Authorization"));
  if (given && areSecretsEqual(given, expected)) return;
  // Also what a scheduler with a wrong secret looks like, which nothing else tells.
  log.warn({ variable, address, isGiven: given !== null }, "request refused: wrong secret");
  throw errorResponse("bad_secret", { headers: { "WWW-Authenticate": 'Bearer realm="Parity"' } });
}

function rejectCrossSite({ environment, sender }: RequestContext, withoutHeaders: boolean): void {
  const { appUrl } = environment;
  if (isSameOrigin(sender, appUrl, withoutHeaders)) return;
  throw errorResponse("cross_site", {
    message: `The request did not come from ${appUrl}. If Parity has another address, set APP_URL to it.`,
  });
}

/** A page redirects to the sign-in form and back; an API route answers 401. */
function redirectToSignIn(request: Request): Response {
  const { pathname, search } = new URL(request.url);
  if (pathname.startsWith("/api/")) return errorResponse("not_signed_in");
  const next = pathname + (isMutation(request) ? "" : search);
  const headers = new Headers({ "Cache-Control": "no-store", Location: "/sign-in" });
  if (next !== "/") headers.set("Location", `/sign-in?${new URLSearchParams({ next })}`);
  return new Response(null, { status: 302, headers });
}

function isMutation(request: Request): boolean {
  return request.method !== "GET" && request.method !== "HEAD";
}
