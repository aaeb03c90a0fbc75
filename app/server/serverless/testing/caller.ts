import { request as sendRequest } from "node:http";
import { SignJWT } from "jose";
import Stripe from "stripe";
import type { World } from "~/engine/testing/world";
import {
  type Answer,
  CRON_SECRET,
  CUSTOMER_SECRET,
  formHeaders,
  METRICS_TOKEN,
  PASSWORD,
  readCookies,
  WEBHOOK_SECRET,
} from "~/server/testing/live-server";

const { webhooks } = new Stripe("sk_test_unused");

/** The environment of an installation on this world, as a host sets it for a function. */
export function describeInstallation(world: Pick<World, "url" | "stripeUrl" | "sandbox">) {
  return {
    DATABASE_URL: world.url,
    STRIPE_SECRET_KEY: world.sandbox.secretKey,
    STRIPE_API_BASE: world.stripeUrl,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    STRIPE_READS_PER_SECOND: "100",
    CRON_SECRET,
    METRICS_TOKEN,
    APP_SECRET: "the-secret-of-the-test-0123456789-0123456789",
    APP_URL: "http://localhost",
    WORKSPACE_JWT_SECRET: CUSTOMER_SECRET,
    WORKSPACE_JWT_AUDIENCE: "parity",
    PARITY_STAYS_ALIVE: "no",
  };
}

/** As the application signs it. */
export const signCustomerToken = (userId: string): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(userId)
    .setAudience("parity")
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(CUSTOMER_SECRET));

/** Sends an installation what its callers send. */
export function createCaller(port: number) {
  const send = (
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: string } = {},
  ) =>
    new Promise<Answer>((resolve, reject) => {
      const options = { port, host: "127.0.0.1", method, path, headers, agent: false } as const;
      const sent = sendRequest(options, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      });
      sent.on("error", reject);
      sent.end(body);
    });
  return {
    send,
    /** As Vercel's cron does. */
    cron: (path = "/api/cron/sync-payments") =>
      send("GET", path, { headers: { Authorization: `Bearer ${CRON_SECRET}` } }),
    webhook(event: object) {
      const payload = JSON.stringify(event);
      const header = webhooks.generateTestHeaderString({ payload, secret: WEBHOOK_SECRET });
      return send("POST", "/api/stripe/webhook", { headers: { "Stripe-Signature": header }, body: payload });
    },
    async workspace(workspaceId: string, userId: string) {
      const token = await signCustomerToken(userId);
      return send("GET", `/api/workspace/${workspaceId}`, { headers: { Authorization: `Bearer ${token}` } });
    },
    /** The cookie of a new session. */
    async signIn(email: string): Promise<string> {
      const body = new URLSearchParams({ email, password: PASSWORD }).toString();
      const answer = await send("POST", "/sign-in", { headers: formHeaders(), body });
      if (answer.status !== 302 && answer.status !== 303) throw new Error(`Not signed in: ${answer.body}`);
      return readCookies(answer);
    },
    page: (path: string, cookie: string) => send("GET", path, { headers: { Cookie: cookie } }),
  };
}
