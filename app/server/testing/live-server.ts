import { request as sendRequest } from "node:http";
import type { ServerBuild } from "@remix-run/node";
import { createCustomerAuth } from "~/auth/customer.server";
import { createEndedSessions } from "~/auth/ended-sessions.server";
import { createStaffAuth } from "~/auth/staff.server";
import type { World } from "~/engine/testing/world";
import type { SingleSignOn } from "~/platform/env.server";
import { createLog } from "~/platform/log.server";
import { openParity } from "../open-parity.server";
import { createServer } from "../web-server";

export const CRON_SECRET = "cron-secret-of-the-test";
export const METRICS_TOKEN = "metrics-token-of-the-test";
export const WEBHOOK_SECRET = "whsec_0123456789abcdef0123456789abcdef";
export const CUSTOMER_SECRET = "customer-token-secret-of-the-test-0123456789";
export const PASSWORD = "correct horse battery";

export type LiveServer = Awaited<ReturnType<typeof startLiveServer>>;
export type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string };

/** The whole web server on a world: real routes, sign-in, customers' tokens, webhooks; and what it logs. */
export async function startLiveServer(
  world: Pick<World, "db" | "stripeUrl"> & { sandbox: Pick<World["sandbox"], "secretKey"> },
  build: ServerBuild,
  { singleSignOn = null }: { singleSignOn?: SingleSignOn | null } = {},
) {
  const lines: string[] = [];
  const log = createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } });
  const { db, sandbox, stripeUrl } = world;
  const appUrl = "http://localhost";
  const environment = {
    mode: "demo" as const,
    appSecret: "s".repeat(64),
    appUrl,
    cronSecret: CRON_SECRET,
    metricsToken: METRICS_TOKEN,
    singleSignOn,
    trustedProxies: false as const,
    customerTokens: { kind: "secret" as const, secret: CUSTOMER_SECRET, audience: "parity", maxHours: 24 },
  };
  const stripe = {
    secretKey: sandbox.secretKey,
    mode: "test" as const,
    checkoutKey: sandbox.secretKey,
    apiBase: stripeUrl,
    accountId: null,
    webhookSecret: WEBHOOK_SECRET,
    readsPerSecond: 100,
  };
  const parity = openParity({ db, stripe, sandbox: false, log });
  const staffAuth = createStaffAuth({ db, environment, log });
  const customerAuth = createCustomerAuth({
    environment,
    endedSessions: createEndedSessions(db),
    now: Date.now,
  });
  const server = createServer({
    environment,
    log,
    parity,
    staffAuth,
    customerAuth,
    ready: async () => ({ ok: true }),
    build,
  });
  const { port } = await server.listen(0);
  const send = (
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string | string[]>; body?: string | Buffer } = {},
  ) =>
    // fetch would normalize the address, and refuse some of the methods.
    new Promise<Answer>((resolve, reject) => {
      const sent = sendRequest(
        { port, host: "127.0.0.1", method, path, headers, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  const openSession = async (email: string): Promise<string> => {
    const body = new URLSearchParams({ email, password: PASSWORD }).toString();
    const answer = await send("POST", "/sign-in", { headers: formHeaders(), body });
    if (answer.status !== 302 && answer.status !== 303) throw new Error(`Not signed in: ${answer.body}`);
    return readCookies(answer);
  };
  return {
    appUrl,
    port,
    lines,
    parity,
    staffAuth,
    customerAuth,
    send,
    /** Adds a member of staff; the cookie of a new session. */
    async signIn(email: string, role: "viewer" | "operator" | "admin"): Promise<string> {
      await staffAuth.addStaff({ email, name: email, role, password: PASSWORD });
      return openSession(email);
    },
    /** Signs in a member of staff that was added before; the cookie of the new session. */
    openSession,
    async close() {
      await server.close(100);
      await parity.close();
    },
  };
}

/** The cookies that an answer sets, as a browser sends them back. */
export function readCookies({ headers }: Pick<Answer, "headers">): string {
  return [headers["set-cookie"] ?? []]
    .flat()
    .map((line) => line.split(";")[0])
    .join("; ");
}

/** The headers of a form on our own page. */
export function formHeaders(cookie?: string): Record<string, string> {
  return {
    "Content-Type": "application/x-www-form-urlencoded",
    "Sec-Fetch-Site": "same-origin",
    ...(cookie && { Cookie: cookie }),
  };
}
