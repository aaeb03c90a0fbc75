import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { Parity } from "~/facade/parity.server";
import type { Database } from "~/platform/client.server";
import type { StripeEnvironment } from "~/platform/env.server";
import { DEFAULT_SECRET_KEY } from "~/sandbox/options";
import type { Sandbox } from "~/sandbox/sandbox";

// The demo's stand-in for Stripe. Shared by the server and the command line.

export type OpenSandbox = {
  api: Sandbox;
  url: string;
  stripe: StripeEnvironment;
  close: () => Promise<void>;
};

const READS_PER_SECOND = 20;
const FIRST_PREVIEW_MS = 20_000;

/**
 * Starts the sandbox on a free port, with its state in the data directory. Only one process at a time may do this.
 * `appUrl`: where its webhooks go; null when no server runs that could receive them.
 */
export async function openSandbox({
  dataDirectory,
  appUrl,
}: {
  dataDirectory: string;
  appUrl: string | null;
}): Promise<OpenSandbox> {
  const webhookSecret = appUrl === null ? null : `whsec_${randomBytes(24).toString("hex")}`;
  // Loaded here so that production never loads the sandbox.
  const { createSandbox } = await import("~/sandbox/sandbox");
  const api = createSandbox({
    stateFile: resolve(dataDirectory, "sandbox.json"),
    ...(webhookSecret !== null && {
      webhooks: [{ url: `${appUrl}/api/stripe/webhook`, secret: webhookSecret }],
    }),
  });
  const { url, close } = await api.listen();
  return {
    api,
    url,
    close,
    stripe: { ...toStripeEnvironment(url), accountId: api.accountId, webhookSecret },
  };
}

/** How to reach a sandbox, also one that another process runs. */
export function toStripeEnvironment(url: string): StripeEnvironment {
  return {
    secretKey: DEFAULT_SECRET_KEY,
    mode: "test",
    checkoutKey: DEFAULT_SECRET_KEY,
    apiBase: url,
    accountId: null,
    webhookSecret: null,
    readsPerSecond: READS_PER_SECOND,
  };
}

/** Fills an empty demo with customers. Returns false when it was filled before. */
export async function fillDemo(db: Database, sandbox: Sandbox): Promise<boolean> {
  const { seedDemo } = await import("./seed-demo");
  return (await seedDemo({ db, sandbox, now: Math.floor(Date.now() / 1000) })).seeded;
}

/**
 * The demo's first run reads and evaluates all users and repairs nothing: repairing is what people try out. It is the demo's own:
 * no scheduler has called.
 */
export async function runInitialPreview(parity: Parity): Promise<void> {
  const actor = { kind: "command_line", id: "demo" } as const;
  const { id } = await parity.runs.preview({ actor, readStripe: true });
  const run = await parity.runs.step(id, FIRST_PREVIEW_MS);
  if (run.state === "running") parity.runs.drive(id);
}
