import type { LoaderFunctionArgs } from "@remix-run/node";
import { vi } from "vitest";
import type { CustomerIdentity } from "~/auth/customer.server";
import type { Staff } from "~/auth/staff.server";
import type { RequestContext } from "~/http/context";
import { createLog } from "~/platform/log.server";

export const appUrl = "https://parity.test";

type RequestSetup = {
  staff?: Staff | null;
  customer?: CustomerIdentity;
  cronSecret?: string | null;
  metricsToken?: string | null;
  workSeconds?: number | null;
};

/** Arguments for a loader or an action, with fakes of what the server provides. */
export function createRouteArgs(
  path: string,
  init: RequestInit & { params?: Record<string, string> } = {},
  { staff = null, customer, cronSecret = null, metricsToken = null, workSeconds = null }: RequestSetup = {},
) {
  const lines: string[] = [];
  const { params = {}, ...rest } = init;
  const request = new Request(`${appUrl}${path}`, rest);
  const context = {
    environment: { mode: "production", appUrl, cronSecret, metricsToken, singleSignOn: false, workSeconds },
    staffAuth: { session: async () => staff },
    customerAuth: { identify: vi.fn(async () => customer ?? { ok: false, reason: "missing" }) },
    parity: {},
    log: createLog({ level: "debug", destination: { write: (line: string) => void lines.push(line) } }),
    requestId: "req-1",
    clientAddress: "192.0.2.1",
    cspNonce: "nonce",
    sender: { site: request.headers.get("Sec-Fetch-Site"), origin: request.headers.get("Origin") },
  } as unknown as RequestContext;
  const args: LoaderFunctionArgs = { request, params, context };
  return { args, lines };
}

/** The Response that a loader or action throws, with its body read as JSON. */
export async function readErrorResponse(work: Promise<unknown>) {
  const thrown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof Response)) throw new Error(`Expected a thrown Response, got ${String(thrown)}`);
  const text = await thrown.text();
  return { status: thrown.status, headers: thrown.headers, body: text ? JSON.parse(text) : null };
}
